# /// script
# requires-python = ">=3.10"
# dependencies = ["pluggy"]
# ///
"""Calls plugins in order, those of entry points too."""

import pluggy

spec, impl = pluggy.HookspecMarker("demo"), pluggy.HookimplMarker("demo")


class Spec:
    @spec
    def add(self, n):
        """Adds."""

    @spec(firstresult=True)
    def first(self):
        """Answers."""


class One:
    @impl
    def add(self, n):
        return n + 1

    @impl
    def first(self):
        return None


class Two:
    @impl(tryfirst=True)
    def add(self, n):
        return n + 2

    @impl
    def first(self):
        return "two"


class Wrap:
    @impl(wrapper=True)
    def add(self, n):
        result = yield
        return [r * 10 for r in result]


manager = pluggy.PluginManager("demo")
manager.add_hookspecs(Spec)
for plugin in One(), Two(), Wrap():
    manager.register(plugin)
assert manager.hook.add(n=1) == [30, 20] and manager.hook.first() == "two"
assert manager.load_setuptools_entrypoints("demo.none") == 0
manager.check_pending()
print("ok")
