# /// script
# requires-python = ">=3.10"
# dependencies = ["pulp<4"]
# ///
"""Solves by the executable that comes with it."""

import os
import tempfile

import pulp

os.chdir(tempfile.mkdtemp())
x, y = pulp.LpVariable("x", 0, 4), pulp.LpVariable("y", 0, cat="Integer")
problem = pulp.LpProblem("p", pulp.LpMaximize)
problem += 3 * x + 2 * y
problem += x + y <= 6.5
assert problem.solve(pulp.PULP_CBC_CMD(msg=False)) == pulp.LpStatusOptimal
assert problem.objective.value() == 16.5, (x.value(), y.value())
assert "PULP_CBC_CMD" in pulp.listSolvers(onlyAvailable=True)
assert pulp.LpProblem.from_dict(problem.to_dict())[1].objective is not None
print("ok")
