# /// script
# requires-python = ">=3.10"
# dependencies = ["jedi"]
# ///
"""Completes, infers and finds names, from the stubs that come with it."""

import jedi

environment = jedi.InterpreterEnvironment()
script = jedi.Script("def f(a: int) -> list: ...\nx = f(2)\nx.app\nimport json\n", environment=environment)
assert [c.name for c in script.complete(3, 5)] == ["append"]
assert [d.full_name for d in script.infer(2, 0)] == ["builtins.list"], script.infer(2, 0)
assert jedi.Script("import re\nre.compile('a').mat", environment=environment).complete()[0].name == "match"
signatures = jedi.Script("def f(a: int): ...\nf(", environment=environment).get_signatures()
assert signatures[0].params[0].name == "a"
class Thing:
    colour = "red"
    def shine(self):
        return 1


assert [c.name for c in jedi.Interpreter("t.", [{"t": Thing()}]).complete() if not c.name.startswith("_")] == [
    "colour",
    "shine",
]
renamed = jedi.Script("a = 1\nprint(a)").rename(1, 0, new_name="b")
assert "+print(b)" in renamed.get_diff()
print("ok")
