"""Lets code of the user see the platform that is built for, and run although it was written for that one."""

import ast
import sys

SYSTEMS = {"win32": "Windows", "darwin": "Darwin", "linux": "Linux"}


def answered(tree, target, given=()):
    """Returns a module whose questions about the platform are answered for the target.

    `given` are modules that the code has without importing them.
    """
    if target["platform"] in (None, sys.platform):
        return tree
    return ast.fix_missing_locations(_Platform(tree, target, given).visit(tree))


def adapt(target):
    """Prepares this process for code that was written for the target, and returns further names for it."""
    if not target["platform"] == "win32" != sys.platform:
        return {}
    import _freeze_windows
    _freeze_windows.prepare()
    sys.modules["winreg"] = sys.modules["_winreg"] = _freeze_windows.registry()
    return {"WindowsError": OSError}


def system(target):
    return SYSTEMS.get(target["platform"], "Linux")


def machine(target):
    return "AMD64" if target["platform"] == "win32" and target["machine"] == "x86_64" else target["machine"]


def platform_tag(target):
    """Returns what `sysconfig.get_platform()` returns on the target."""
    known = {"win32": "win-amd64", "darwin": "macosx-11.0-" + target["machine"]}
    return known.get(target["platform"], "linux-" + target["machine"])


class _Platform(ast.NodeTransformer):
    """Replaces questions about the platform in a script with their answers for the target."""

    def __init__(self, tree, target, given):
        self.constants = {("sys", "platform"): target["platform"],
                          ("os", "name"): "nt" if target["platform"] == "win32" else "posix"}
        self.calls = {("platform", "system"): system(target), ("platform", "machine"): machine(target),
                      ("sysconfig", "get_platform"): platform_tag(target)}
        self.names = {name: name for name in given}
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                self.names.update((alias.asname or alias.name, alias.name) for alias in node.names)

    def known(self, node, answers):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            return answers.get((self.names.get(node.value.id), node.attr))
        return None

    def visit_Attribute(self, node):
        answer = self.known(node, self.constants) if isinstance(node.ctx, ast.Load) else None
        if answer is not None:
            return ast.copy_location(ast.Constant(answer), node)
        return self.generic_visit(node)

    def visit_Call(self, node):
        answer = self.known(node.func, self.calls)
        if answer is not None and not node.args:
            return ast.copy_location(ast.Constant(answer), node)
        return self.generic_visit(node)

    def visit_ImportFrom(self, node):
        statements = [node]
        for alias in node.names:
            value = None
            if (node.module, alias.name) in self.constants:
                value = ast.Constant(self.constants[node.module, alias.name])
            elif (node.module, alias.name) in self.calls:
                empty = ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])
                value = ast.Lambda(empty, ast.Constant(self.calls[node.module, alias.name]))
            if value is not None:
                name = ast.Name(alias.asname or alias.name, ast.Store())
                statements.append(ast.copy_location(ast.Assign([name], value), node))
        return statements
