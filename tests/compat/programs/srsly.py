# /// script
# requires-python = ">=3.10"
# dependencies = ["confection", "catalogue", "srsly", "wasabi"]
# ///
"""Registers functions, and writes formats with compiled modules."""

import catalogue
import confection
import srsly

registry = catalogue.create("app", "things", entry_points=True)


@registry.register("double")
def double(n):
    return n * 2


assert registry.get("double")(4) == 8
text = srsly.yaml_dumps({"a": [1, 2]})
assert srsly.yaml_loads(text) == {"a": [1, 2]} and srsly.msgpack_loads(srsly.msgpack_dumps({"b": 1})) == {"b": 1}
assert srsly.json_loads(srsly.json_dumps([1.5])) == [1.5] and srsly.pickle_loads(srsly.pickle_dumps((1,))) == (1,)
config = confection.Config().from_str("[a]\nb = 1\n[c]\nd = ${a.b}\n")
assert config["c"]["d"] == 1 and config.to_str()
print("ok")
