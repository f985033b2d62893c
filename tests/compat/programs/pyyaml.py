# /// script
# requires-python = ">=3.10"
# dependencies = ["PyYAML"]
# ///
"""Writes and reads documents, with the C library too."""

import datetime

import yaml

text = "a: [1, 2.5, ~]\nd: 2024-01-02\nl: &x {k: v}\nm: *x\n"
for loader in yaml.SafeLoader, yaml.CSafeLoader:
    value = yaml.load(text, loader)
    assert value["a"] == [1, 2.5, None] and value["d"] == datetime.date(2024, 1, 2) and value["m"] == {"k": "v"}
assert yaml.dump({"b": "ü", "a": [1]}, allow_unicode=True, Dumper=yaml.CSafeDumper) == "a:\n- 1\nb: ü\n"
assert list(yaml.safe_load_all("1\n---\n2\n")) == [1, 2]
assert yaml.__with_libyaml__
print("ok")
