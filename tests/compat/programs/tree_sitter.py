# /// script
# requires-python = ">=3.10"
# dependencies = ["tree-sitter", "tree-sitter-python", "tree-sitter-json"]
# ///
"""Parses with two languages and queries the tree."""

import tree_sitter_json
import tree_sitter_python
from tree_sitter import Language, Parser, Query, QueryCursor

python = Language(tree_sitter_python.language())
tree = Parser(python).parse(b"def f(x):\n    return x + 1\n")
function = tree.root_node.children[0]
assert function.type == "function_definition" and function.child_by_field_name("name").text == b"f"
captures = QueryCursor(Query(python, "(identifier) @i")).captures(tree.root_node)
assert sorted(n.text for n in captures["i"]) == [b"f", b"x", b"x"]
assert not Parser(Language(tree_sitter_json.language())).parse(b'{"a": [1]}').root_node.has_error
assert "function_definition" in tree_sitter_python.HIGHLIGHTS_QUERY
print("ok")
