# /// script
# requires-python = ">=3.10"
# dependencies = ["pyparsing[diagrams]"]
# ///
"""Parses arithmetic and draws the grammar."""

import io

import pyparsing as pp

number = pp.pyparsing_common.number()
expression = pp.infix_notation(number, [(pp.one_of("* /"), 2, pp.OpAssoc.LEFT), (pp.one_of("+ -"), 2, pp.OpAssoc.LEFT)])
assert expression.parse_string("1 + 2 * 3").as_list() == [[1, "+", [2, "*", 3]]]
word = pp.Word(pp.alphas)("name") + "=" + number("value")
assert word.parse_string("x = 5").as_dict() == {"name": "x", "value": 5}
try:
    word.parse_string("x : 5", parse_all=True)
except pp.ParseException as error:
    assert error.loc == 2
out = io.StringIO()
word.set_name("word").create_diagram(out)
assert "<svg" in out.getvalue()
print("ok")
