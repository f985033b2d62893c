# /// script
# requires-python = ">=3.10"
# dependencies = ["ruamel.yaml", "ruamel.yaml.clib"]
# ///
"""Changes documents and keeps their comments."""

import io

from ruamel.yaml import YAML

yaml = YAML()
data = yaml.load("# head\na: 1  # one\nb:\n- x\n- y\n")
data["a"] = 2
data["b"].append("z")
out = io.StringIO()
yaml.dump(data, out)
assert out.getvalue() == "# head\na: 2  # one\nb:\n- x\n- y\n- z\n", out.getvalue()
assert YAML(typ="safe").load("{a: 0o14, b: 2024-01-01}")["a"] == 12
assert YAML(typ="safe", pure=True).load("[1, 2]") == [1, 2] and list(YAML(typ="rt").load_all("1\n---\n2\n")) == [1, 2]
print("ok")
