# /// script
# requires-python = ">=3.10"
# dependencies = ["networkx", "scipy", "pydot"]
# ///
"""Computes with graphs, through backends found by entry points, and reads and writes them."""

import tempfile
from pathlib import Path

import networkx as nx

graph = nx.Graph([(1, 2), (2, 3), (3, 4), (1, 4), (4, 5)])
assert nx.shortest_path(graph, 1, 5) == [1, 4, 5] and nx.is_connected(graph) and nx.diameter(graph) == 3
assert abs(sum(nx.pagerank(graph).values()) - 1) < 1e-6
assert len(nx.community.greedy_modularity_communities(nx.karate_club_graph())) >= 3
assert nx.maximum_flow_value(nx.DiGraph([(0, 1, {"capacity": 3}), (1, 2, {"capacity": 2})]), 0, 2) == 2
assert nx.spring_layout(graph, seed=1)[1].shape == (2,) and nx.adjacency_matrix(graph).sum() == 10
with tempfile.TemporaryDirectory() as folder:
    for form in "graphml", "gexf", "gml", "edgelist":
        path = Path(folder) / form
        getattr(nx, f"write_{form}")(graph, path)
        assert getattr(nx, f"read_{form}")(path).number_of_edges() == 5
assert nx.nx_pydot.to_pydot(graph).to_string().count("--") == 5
print("ok")
