# /// script
# requires-python = ">=3.10"
# dependencies = ["lark"]
# ///
"""Parses with the bundled common grammar, with Earley and LALR."""

from lark import Lark, Transformer, v_args

grammar = """
?start: sum
?sum: product | sum "+" product -> add | sum "-" product -> sub
?product: atom | product "*" atom -> mul
?atom: NUMBER -> number | "(" sum ")"
%import common.NUMBER
%import common.WS_INLINE
%ignore WS_INLINE
"""


@v_args(inline=True)
class Calculate(Transformer):
    from operator import add, mul, sub

    number = float


for parser in "lalr", "earley":
    tree = Lark(grammar, parser=parser).parse("1 + 2 * (3 - 1)")
    assert Calculate().transform(tree) == 5
python = Lark.open_from_package(
    "lark", "python.lark", ["grammars"], parser="lalr", start="file_input", maybe_placeholders=False
)
assert python.options.start == ["file_input"]
print("ok")
