"""Compiles a setup script so that it sees the platform that is built for, and guesses the command that it expects."""

import ast
import os
import sys

SYSTEMS = {"win32": "Windows", "darwin": "Darwin", "linux": "Linux"}
COMMANDS = {"cx_Freeze": "build_exe", "py2exe": "py2exe", "py2app": "py2app"}
# Which freezer a script means that uses several, by platform.
FIRST = {"win32": ["py2exe", "cx_Freeze", "py2app"], "darwin": ["py2app", "cx_Freeze", "py2exe"]}
KEYWORDS = {
    "executables": "cx_Freeze", "console": "py2exe", "windows": "py2exe", "service": "py2exe", "app": "py2app",
    "plugin": "py2app",
}


class Script:
    """A script, before it runs."""

    def __init__(self, path, target):
        self.path, self.target = path, target
        with open(path, "rb") as file:
            self.tree = ast.parse(file.read(), path)

    def folder(self, current):
        """Returns the folder that its paths count from: the current one if more of its texts name files there."""
        own = os.path.dirname(self.path)
        constants = (node.value for node in ast.walk(self.tree) if isinstance(node, ast.Constant))
        texts = {text for text in constants if isinstance(text, str) and is_relative(text)}

        def hits(folder):
            return sum(os.path.exists(os.path.join(folder, text)) for text in texts)

        return current if hits(current) > hits(own) else own

    def arguments(self):
        """Returns the default arguments: none if it sets its own where there are none."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.If) and mentions_length(node.test) and any(map(sets_arguments, node.body)):
                return []
        return [default_command(self.tree, self.target["platform"])]

    def code(self):
        tree = self.tree
        if self.target["platform"] != sys.platform:
            tree = ast.fix_missing_locations(_Platform(tree, self.target).visit(tree))
        return compile(tree, self.path, "exec", dont_inherit=True)


def is_relative(text):
    """Whether a text may be a relative path."""
    return 0 < len(text) < 200 and "\0" not in text and bool(text.strip("./\\")) and not os.path.isabs(text)


def is_argv(node):
    return isinstance(node, ast.Attribute) and node.attr == "argv" or isinstance(node, ast.Name) and node.id == "argv"


def mentions_length(test):
    """Whether a condition asks how many arguments there are."""
    calls = (node for node in ast.walk(test) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name))
    return any(call.func.id == "len" and call.args and is_argv(call.args[0]) for call in calls)


def sets_arguments(statement):
    """Whether a statement changes the arguments."""
    for node in ast.walk(statement):
        targets = getattr(node, "targets", []) if isinstance(node, ast.Assign) else []
        targets = [node.target] if isinstance(node, ast.AugAssign) else targets
        if any(is_argv(part) for target in targets for part in ast.walk(target)):
            return True
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and is_argv(node.func.value):
            return True
    return False


def default_command(tree, platform):
    """Returns the command of the freezer that a script uses: by its imports, or else by what it mentions."""
    imported, mentioned = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").partition(".")[0])
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            mentioned.add(node.value)
        elif isinstance(node, ast.keyword) and node.arg in KEYWORDS:
            mentioned.add(KEYWORDS[node.arg])
    order = FIRST.get(platform, ["cx_Freeze", "py2exe", "py2app"])
    for names in imported, mentioned:
        for name in order:
            if name in names:
                return COMMANDS[name]
    return COMMANDS[order[0]]


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

    def __init__(self, tree, target):
        self.constants = {("sys", "platform"): target["platform"],
                          ("os", "name"): "nt" if target["platform"] == "win32" else "posix"}
        self.calls = {("platform", "system"): system(target), ("platform", "machine"): machine(target),
                      ("sysconfig", "get_platform"): platform_tag(target)}
        self.names = {}
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
