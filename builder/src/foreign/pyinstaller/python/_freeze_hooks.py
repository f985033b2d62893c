"""Finds and runs hooks for the builder."""

import ast
import importlib
import importlib.util
import os
import sys
import types

import _freeze_record
import _freeze_wire


def survey(asked):
    """Lists the hooks of folders, by module. The first folder with a hook for a module wins."""
    folders = list(asked["folders"])
    for entry in asked["entries"]:
        folders += _folders_of(entry)
    found = {"hooks": {}, "before_import": {}, "before_find": {}, "startup": {}, "unknown": []}
    for folder in dict.fromkeys(os.path.abspath(folder) for folder in folders):
        if not os.path.isdir(folder):
            found["unknown"].append(folder)
            continue
        for kind, inner in ("hooks", ""), ("before_import", "pre_safe_import_module"), ("before_find", "pre_find_module_path"):
            place = os.path.join(folder, inner)
            for name in sorted(os.listdir(place)) if os.path.isdir(place) else []:
                if name.startswith("hook-") and name.endswith(".py"):
                    found[kind].setdefault(name[5:-3], os.path.join(place, name))
        for module, files in _startup_hooks(folder).items():
            found["startup"].setdefault(module, files)
    return found


def _startup_hooks(folder):
    """Reads `rthooks.dat`: the run-time hooks of modules."""
    path = os.path.join(folder, "rthooks.dat")
    if not os.path.isfile(path):
        return {}
    with open(path, "rb") as file:
        text = file.read().decode("utf-8")
    try:
        table = ast.literal_eval(text)
        items = [(str(module), [os.path.join(folder, "rthooks", name) for name in names]) for module, names in table.items()]
    except (SyntaxError, ValueError, AttributeError, TypeError) as error:
        _freeze_wire.wire.refuse("failed to read `%s`: %s" % (path, error),
                                 "it is a dict of Python: module → names of files in `rthooks`")
    return dict(items)


def _folders_of(entry):
    """Returns the folders that an entry point of `pyinstaller40` names."""
    name, _, function = entry.partition(":")
    try:
        value = _by_itself(name)
        for part in function.split("."):
            value = getattr(value, part)
        return [os.fspath(folder) for folder in value()]
    except Exception as error:
        _freeze_wire.wire.refuse("entry point `%s` does not name its folders of hooks: %r" % (entry, error),
                                 "update or remove the package that has this entry point of `pyinstaller40`")


def _by_itself(name):
    """Runs a module without its parent packages, which are large, if it can do without."""
    from PyInstaller.utils.hooks import _spec
    spec = _spec(name)
    if spec is not None and spec.origin and spec.has_location and name not in sys.modules:
        alone = importlib.util.spec_from_file_location("_freeze_hook_folders", spec.origin)
        module = importlib.util.module_from_spec(alone)
        try:
            alone.loader.exec_module(module)
            return module
        except ImportError:
            pass
    return importlib.import_module(name)


def run(asked):
    """Runs hooks and returns what each says."""
    from PyInstaller.config import CONF
    config = CONF["hooksconfig"] = asked["config"] or {}
    analysis = types.SimpleNamespace(
        hooksconfig=config, pathex=CONF["pathex"], graph=Graph(asked["modules"]), inputs=[CONF["main_script"]])
    hooks = [Hook(hook, analysis) for hook in asked["hooks"]]
    with _freeze_record.recorded(asked["search_path"] + [_freeze_wire.HERE]):
        # Others may depend on the ones before them.
        for hook in hooks:
            if not hook.is_plain:
                hook.run()
        waiting = [hook for hook in hooks if hook.is_plain and hook.starts_processes]
        threads = _started(waiting) if len(waiting) > 1 else []
        for hook in hooks:
            if hook.is_plain and not (threads and hook.starts_processes):
                hook.run()
        for thread in threads:
            thread.join()
    for hook in waiting:
        if hook.error is not None:
            raise hook.error
    return [hook.said for hook in hooks]


def _started(hooks):
    """Runs hooks in threads: they wait for other processes most of the time."""
    import threading
    queue = iter(hooks)
    lock = threading.Lock()

    def work():
        while True:
            with lock:
                hook = next(queue, None)
            if hook is None:
                return
            try:
                hook.run()
            except BaseException as error:
                hook.error = error

    threads = [threading.Thread(target=work) for _ in range(min(len(hooks), os.cpu_count() or 1, 8))]
    for thread in threads:
        thread.start()
    return threads


class Hook:
    """A hook that is to run."""

    STARTING = ("exec_s", "eval_s", "get_module_attribute", "is_module_satisfies", "isolated")

    def __init__(self, asked, analysis):
        self.asked, self.analysis, self.said, self.error = asked, analysis, None, None
        file = asked["file"]
        with open(file, "rb") as source:
            text = source.read()
        if b"workpath" in text:
            from PyInstaller.config import CONF
            os.makedirs(CONF["workpath"], exist_ok=True)
        tree = compile(text, file, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
        self.code = compile(tree, file, "exec", dont_inherit=True)
        self.is_plain = _freeze_record.is_plain(tree)
        self.starts_processes = any(word.encode() in text for word in self.STARTING)

    def run(self):
        if not self.is_plain:
            self.said = dict(_run_one(self.asked, self.analysis, self.code), reads=None)
            return
        record = _freeze_record.Record()
        said = _freeze_record.run(record, _run_one, self.asked, self.analysis, self.code)
        self.said = dict(said, reads=record.answer())


def _run_one(hook, analysis, code):
    file, name = hook["file"], hook["module"]
    module = types.ModuleType("PyInstaller_hooks_" + hook["kind"] + "_" + name.replace(".", "_"))
    module.__file__ = file
    sys.modules[module.__name__] = module
    exec(code, module.__dict__)
    said = Said(name, file)
    if hook["kind"] == "before_import":
        if hasattr(module, "pre_safe_import_module"):
            module.pre_safe_import_module(BeforeImport(said, analysis))
    elif hook["kind"] == "before_find":
        if hasattr(module, "pre_find_module_path"):
            api = BeforeFind(said, analysis, hook["search"])
            module.pre_find_module_path(api)
            said.search = None if api.search_dirs == hook["search"] else [os.fspath(path) for path in api.search_dirs]
    else:
        said.take(module)
        if hasattr(module, "hook"):
            module.hook(AfterGraph(said, analysis, hook))
    return said.answer()


class Said:
    """What a hook says."""

    def __init__(self, module, file):
        self.module, self.file, self.search = module, file, None
        self.imports, self.excluded, self.datas, self.binaries, self.exact = [], [], [], [], []
        self.modes, self.aliases, self.made, self.paths = {}, [], [], []

    def take(self, module):
        self.imports += _names(getattr(module, "hiddenimports", None))
        self.excluded += _names(getattr(module, "excludedimports", None))
        self.add_files("datas", getattr(module, "datas", None))
        self.add_files("binaries", getattr(module, "binaries", None))
        mode = getattr(module, "module_collection_mode", None)
        if mode is not None:
            self.modes.update(mode if isinstance(mode, dict) else {self.module: mode})

    def add_files(self, what, items):
        from PyInstaller.building.build_main import expand
        plain, exact = expand(items, what, os.getcwd(), place=[self.file, 0])
        (self.datas if what == "datas" else self.binaries).extend(plain)
        self.exact += exact

    def answer(self):
        return {
            "module": self.module, "file": self.file, "imports": self.imports, "excluded": self.excluded,
            "datas": self.datas, "binaries": self.binaries,
            "exact": [[os.fspath(name), os.fspath(source), kind] for name, source, kind in self.exact],
            "modes": self.modes, "aliases": self.aliases, "made": self.made, "paths": self.paths,
            "search": self.search,
        }


def _names(value):
    if value is None:
        return []
    return [value] if isinstance(value, str) else [str(name) for name in value]


class Graph:
    """The modules that the builder has found, for hooks that ask about them."""

    def __init__(self, modules):
        self._modules = modules

    def find_node(self, name, create_nspkg=True):
        return Node(name, self._modules[name]) if name in self._modules else None

    findNode = find_node

    def __contains__(self, name):
        return name in self._modules

    def nodes(self, start=None, condition=None):
        return iter([Node(name, file) for name, file in self._modules.items()])

    def get_code_using(self, module):
        return {}

    def add_module(self, module):
        """Modules are found by the builder."""


class Node:
    """A module of the graph."""

    def __init__(self, name, file):
        self.identifier = self.graphident = name
        self.filename = file or None
        is_package = bool(file) and os.path.basename(file).startswith("__init__.")
        self.packagepath = [os.path.dirname(file)] if is_package else None
        self.code = None


class Api:
    """What hooks of all kinds see."""

    def __init__(self, said, analysis):
        self._said, self.analysis = said, analysis
        self.graph = self.module_graph = analysis.graph
        self.module_name = self.__name__ = said.module


class AfterGraph(Api):
    """The argument of `hook(hook_api)`."""

    def __init__(self, said, analysis, hook):
        super().__init__(said, analysis)
        self.node = self.module = Node(said.module, hook["path"])
        self.__file__ = hook["path"] or None
        self.__path__ = tuple(self.node.packagepath) if self.node.packagepath else None
        self.imports = set()
        self.datas = self.binaries = frozenset()

    @property
    def co(self):
        from PyInstaller.utils.misc import get_code_object
        is_source = self.__file__ and self.__file__.endswith(".py")
        return get_code_object(self.__name__, self.__file__) if is_source else None

    @property
    def name(self):
        return self.__name__

    @property
    def path(self):
        return self.__path__

    def add_imports(self, *names):
        self._said.imports += _names(names)

    def del_imports(self, *names):
        self._said.excluded += _names(names)

    def add_datas(self, items):
        self._files("datas", items)

    def add_binaries(self, items):
        self._files("binaries", items)

    def _files(self, what, items):
        items = list(items)
        # A TOC, or pairs as elsewhere.
        self._said.add_files(what, items)

    def set_module_collection_mode(self, name, mode):
        name = self.__name__ if name is None else name
        if mode is None:
            self._said.modes.pop(name, None)
        else:
            self._said.modes[name] = mode


class BeforeImport(Api):
    """The argument of `pre_safe_import_module(api)`."""

    def __init__(self, said, analysis):
        super().__init__(said, analysis)
        self.module_basename = said.module.rpartition(".")[2]
        parent = said.module.rpartition(".")[0]
        self.parent_package = analysis.graph.find_node(parent) if parent else None

    def add_runtime_module(self, module_name):
        self._said.made.append(module_name)

    add_runtime_package = add_runtime_module

    def add_alias_module(self, real_module_name, alias_module_name):
        self._said.aliases.append([real_module_name, alias_module_name])

    def append_package_path(self, directory):
        self._said.paths.append(os.fspath(directory))

    def add_module(self, module):
        """Modules are found by the builder."""


class BeforeFind(Api):
    """The argument of `pre_find_module_path(api)`."""

    def __init__(self, said, analysis, search):
        super().__init__(said, analysis)
        self.search_dirs = list(search)
