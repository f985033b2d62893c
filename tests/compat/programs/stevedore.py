# /// script
# requires-python = ">=3.10"
# dependencies = ["stevedore"]
# [tool.freeze-compat]
# ci = true
# ///
"""Loads extensions by entry points, its own among them."""

from stevedore import ExtensionManager, driver, named

manager = ExtensionManager("stevedore.example.formatter", invoke_on_load=True)
assert sorted(manager.names()) == ["field", "plain", "simple"], manager.names()
simple = driver.DriverManager("stevedore.example.formatter", "simple", invoke_on_load=True).driver
assert list(simple.format({"a": 1})) == ["a = 1\n"]
assert named.NamedExtensionManager("stevedore.example.formatter", ["plain"]).names() == ["plain"]
print("ok")
