"""Compiles a setup script so that it sees the platform that is built for, and guesses the command that it expects."""

import ast
import os

from _freeze_platform import answered

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
        """Returns the folder that its paths are relative to: the current one if more of its texts name files there."""
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
        return compile(answered(self.tree, self.target), self.path, "exec", dont_inherit=True)


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
