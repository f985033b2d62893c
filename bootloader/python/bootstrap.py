"""The part of the importer that every start of a frozen program needs: finder, loader, module attributes.

Runs once, right after Python has started and before any code of the program. Only imports modules that are
already in memory. The rest of the importer is in `_freeze_importer`, which is imported on demand.
"""

import _freeze
import _frozen_importlib as _bootstrap
import _frozen_importlib_external as _external
import _imp
import builtins
import sys

ROOT = _freeze.root
SEP = _external.path_sep
_ROOT_SLASH = ROOT + SEP
_CODE, _EXTENSION, _NAMESPACE, _DAMAGED = 0, 1, 2, 3
# Modules that are patched when they are loaded, and the loaders that do this.
_SPECIAL = {'_tkinter': 'TclLoader', 'ctypes.util': 'CtypesUtilLoader', 'pkg_resources': 'PkgResourcesLoader'}
if sys.version_info >= (3, 15):
    _SPECIAL['traceback'] = 'TracebackLoader'
if not _freeze.on_disk:
    _SPECIAL['ctypes'] = 'CtypesLoader'
if sys.platform == 'win32':
    _SPECIAL['multiprocessing.spawn'] = 'SpawnLoader'
if sys.version_info < (3, 10):
    # `importlib.resources.files` looks for packages here, and does not use loaders in these versions.
    _SPECIAL['importlib._common'] = 'ResourcesLoader'
_Spec = _bootstrap.ModuleSpec
_find = _freeze.find


def _rest():
    import _freeze_importer
    return _freeze_importer


def _foreign(loader, name):
    return ImportError('loader for %s cannot handle %s' % (loader.name, name), name=name)


class Loader(_external._LoaderBasics):
    """Loads a module written in Python from the archive."""

    def __init__(self, name, path, index):
        self.name = name
        self.path = path
        self._index = index

    def __eq__(self, other):
        return self.__class__ is other.__class__ and self.__dict__ == other.__dict__

    def __hash__(self):
        return hash(self.name) ^ hash(self.path)

    def __repr__(self):
        return '<frozen loader of %r>' % self.path

    def get_code(self, fullname=None):
        if fullname is not None and fullname != self.name:
            raise _foreign(self, fullname)
        code = _freeze.code(self._index, self.path)
        if code is None:
            return _imp.get_frozen_object(self.name)
        if code.__class__ is str:
            raise ImportError(
                'module %r cannot be loaded: this executable is damaged (%s)' % (self.name, code),
                name=self.name, path=self.path)
        return code

    def is_package(self, fullname):
        if fullname is not None and fullname != self.name:
            raise _foreign(self, fullname)
        return self.path.endswith((SEP + '__init__.py', SEP + '__init__.pyc'))

    def get_filename(self, fullname=None):
        if fullname is not None and fullname != self.name:
            raise _foreign(self, fullname)
        return self.path

    def get_source(self, fullname=None):
        if fullname is not None and fullname != self.name:
            raise _foreign(self, fullname)
        return _rest().source(self._index, self.name)

    def get_data(self, path):
        return _rest().get_data(path)

    def get_resource_reader(self, fullname):
        return _rest().resource_reader(self, fullname)


def _exec_module(self, module):
    """Runs a module like python's `exec_module`, and reports the start and end to the launcher."""
    code = self.get_code(module.__name__)
    _freeze.enter()
    try:
        _bootstrap._call_with_frames_removed(exec, code, module.__dict__)
    finally:
        _freeze.leave()


class ExtensionLoader(_external.ExtensionFileLoader):
    """Loads a native extension module after the libraries that it needs."""

    def create_module(self, spec):
        path = _freeze.library(self._index)
        if path.__class__ is tuple:
            raise ImportError(path[0], name=self.name, path=self.path)
        if path == self.path:
            return super().create_module(spec)
        # The library is in memory: load it from there, but show its path below the root.
        real = _Spec(spec.name, self, origin=path)
        module = _bootstrap._call_with_frames_removed(_imp.create_dynamic, real)
        module.__file__ = self.path
        return module

    def get_resource_reader(self, fullname):
        return _rest().resource_reader(self, fullname)


def spec_of(name, found):
    """Returns the spec of the module that `found` describes; None for a namespace."""
    index, kind, package, origin, cached = found
    if kind == _CODE:
        make = Loader if name not in _SPECIAL else getattr(_rest(), _SPECIAL[name])
        spec = _Spec(name, make(name, origin, index), origin=origin)
        spec._cached = cached
    elif kind == _EXTENSION:
        make = ExtensionLoader if name not in _SPECIAL else getattr(_rest(), _SPECIAL[name])
        loader = make(name, origin)
        loader._index = index
        spec = _Spec(name, loader, origin=origin)
    elif kind == _DAMAGED:
        raise ImportError('module %r cannot be loaded: this executable is damaged (%s)' % (name, origin), name=name)
    else:
        return None
    spec._set_fileattr = True
    if package:
        spec.submodule_search_locations = [origin.rpartition(SEP)[0]]
    return spec


class Finder:
    """Finds modules in the archive if the first folder of the search path belongs to the bundle.

    PathFinder does all other searches and uses `FolderFinder` for folders of the bundle. A folder in front of
    them therefore takes precedence, and namespaces may extend beyond the bundle.
    """

    @staticmethod
    def find_spec(name, path=None, target=None):
        if path is None:
            path = sys.path
        try:
            for first in path:
                break
            else:
                return None
        except TypeError:
            return None
        found = _find(first, name)
        return None if found is None else spec_of(name, found)

    @staticmethod
    def find_distributions(*args, **kwargs):
        return () if _freeze.on_disk else _rest().distributions(*args, **kwargs)

    @staticmethod
    def invalidate_caches():
        pass


class FolderFinder:
    """Finds modules in one folder of the bundle, for PathFinder."""

    def __init__(self, path):
        self.path = path
        self._files = None

    def __repr__(self):
        return 'FolderFinder(%r)' % self.path

    def find_spec(self, name, target=None):
        found = _find(self.path, name)
        if found is not None:
            spec = spec_of(name, found)
            if spec is None:
                spec = _Spec(name, None, is_package=True)
                # The record contains the path, or else it follows from this folder.
                there = found[3]
                if there == _ROOT_SLASH:
                    there = self.path + SEP + name.rpartition('.')[2]
                spec.submodule_search_locations = [there]
            return spec
        files = self._files
        if files is None:
            # Modules that are real files: plug-ins, or those that the spec requests as files.
            exists = _freeze.on_disk and _external._path_isdir(self.path)
            files = exists and _external.FileFinder(self.path, *_external._get_supported_file_loaders())
            self._files = files
        if files:
            spec = files.find_spec(name, target)
            # A folder of data in the root is not a namespace package.
            if spec is not None and (spec.loader is not None or self.path != ROOT):
                return spec
        return None

    def invalidate_caches(self):
        if self._files:
            self._files.invalidate_caches()
        self._files = None

    def iter_modules(self, prefix=''):
        return _rest().iter_modules(self.path, prefix)


_scripts = {}


def _hook(path):
    if SEP != '/' and path.__class__ is str:
        path = path.replace('/', SEP)
    if path == ROOT or (path.__class__ is str and path.startswith(_ROOT_SLASH)):
        if path.__class__ is str and (path.endswith('.py') or path in _scripts):
            # `runpy.run_path` checks whether the path is a folder, and would otherwise read it as a file.
            _rest().teach_runpy()
        elif _freeze.is_dir(path) or _freeze.on_disk and _external._path_isdir(path):
            return FolderFinder(path)
    raise ImportError('only folders of the bundle are supported', path=path)


def _set_up_modules():
    """Sets the usual attributes of modules that Python loaded as frozen before the importer existed.

    From 3.11 on, `codecs` and similar modules are also frozen in python itself, and keep those attributes.
    """
    for name, module in list(sys.modules.items()):
        if getattr(module, '__spec__', None) is not None and module.__spec__.origin == 'frozen':
            found = None if _imp.is_frozen(name) else _freeze.record(name)
            if found is not None:
                _adopt(module, name, spec_of(name, found))


def _set_up_stdlib():
    """Sets the file of modules that are frozen in python: 3.11 and 3.12 ignore the configured folder."""
    sys._stdlib_dir = ROOT
    for module in list(sys.modules.values()):
        state = getattr(getattr(module, '__spec__', None), 'loader_state', None)
        origin = getattr(state, 'origname', None)
        if origin and state.filename is None:
            state.filename = module.__file__ = _ROOT_SLASH + origin.replace('.', SEP) + '.py'


def _adopt(module, name, spec):
    module.__spec__ = spec
    module.__loader__ = spec.loader
    module.__file__ = spec.origin
    module.__cached__ = spec.cached
    if spec.submodule_search_locations is not None:
        module.__path__ = spec.submodule_search_locations
    _rename(module.__dict__, spec.origin, name)


def _rename(names, path, module):
    """Makes the functions of a module that was loaded as frozen show their source file."""
    for value in list(names.values()):
        if isinstance(value, (staticmethod, classmethod)):
            value = value.__func__
        if getattr(value, '__module__', None) != module:
            continue
        if isinstance(value, _Function):
            _imp._fix_co_filename(value.__code__, path)
        elif isinstance(value, type):
            _rename(value.__dict__, path, module)


_Function = type(_rest)


def _frozen_source(name, original=_bootstrap.FrozenImporter.get_source):
    """Returns the included source of a module that is frozen in python, where python would read a file."""
    source = original(name)
    if source is None:
        found = _freeze.record(name)
        if found is not None:
            return Loader(name, found[3], found[0]).get_source(name)
    return source


def _set_up_builtins():
    import _sitebuiltins as site

    def printer(name, data):
        # Does the same as the constructor, but without `os`.
        made = site._Printer.__new__(site._Printer)
        made._Printer__name = name
        made._Printer__data = data
        made._Printer__lines = None
        made._Printer__filenames = ()
        return made

    eof = 'Ctrl-D (i.e. EOF)' if SEP == '/' else 'Ctrl-Z plus Return'
    builtins.quit = site.Quitter('quit', eof)
    builtins.exit = site.Quitter('exit', eof)
    builtins.copyright = printer('copyright', sys.copyright)
    builtins.credits = printer('credits', """\
    Thanks to CWI, CNRI, BeOpen.com, Zope Corporation and a cast of thousands
    for supporting Python development.  See www.python.org for more information.""")
    builtins.license = printer('license', 'See https://www.python.org/psf/license/')
    builtins.help = site._Helper()


def _set_up_path():
    """Adds the folders that the program adds to `PATH` to the search path for libraries.

    Windows would search `PATH` for libraries by name, but also the folder of the executable and the current
    folder. The launcher therefore restricts the search to explicitly added folders.
    """
    import nt
    plain = nt.putenv

    def folders(name, value):
        if name.__class__ is str and name.upper() == 'PATH':
            for folder in value.split(';'):
                folder = folder.strip('"').replace('/', SEP)
                yield folder, folder.lower()

    root = _ROOT_SLASH.lower()
    # Folders that a parent of the same program has added must be added again in this process.
    known = {key for item in nt.environ.items() for _, key in folders(*item) if not key.startswith(root)}

    def putenv(name, value, /):
        plain(name, value)
        for folder, key in folders(name, value):
            if key not in known and (folder[1:3] == ':' + SEP or folder[:2] == SEP + SEP):
                known.add(key)
                try:
                    nt._add_dll_directory(folder)
                except OSError:
                    # The folder does not exist yet.
                    known.discard(key)

    putenv.__doc__ = plain.__doc__
    putenv.__module__ = plain.__module__
    for module in nt, sys.modules.get('os'):
        if module is not None:
            module.putenv = putenv


def hook(record):
    """Returns the code of a runtime hook."""
    found = _freeze.record(record)
    if found is None:
        raise ImportError('the archive holds no module %r' % record)
    return Loader(record, found[3], found[0]).get_code()


def register(record, script):
    """Registers an entry point under the path of its script; returns the path and the module description."""
    found = _freeze.record(record)
    if found is None:
        raise ImportError('the archive holds no module %r' % record)
    path = _ROOT_SLASH + script.replace('/', SEP)
    found = found[:3] + (path, found[4])
    _scripts[path] = found
    return path, found


def renew_main():
    """Replaces `__main__` with a new module that has the same content."""
    old = sys.modules['__main__']
    new = type(sys)('__main__')
    new.__dict__.update(old.__dict__)
    sys.modules['__main__'] = new


def main(record, script):
    """Prepares `__main__` and returns the code to run in it."""
    path, found = register(record, script)
    loader = Loader('__main__', path, found[0])
    code = loader.get_code()
    module = sys.modules['__main__']
    module.__file__ = path
    module.__loader__ = loader
    module.__spec__ = None
    if sys.version_info < (3, 15):
        module.__cached__ = None
    return code


def child(function, place, record, script, *more):
    """Runs the code that a child process was started for."""
    register(record, script)
    return getattr(_rest(), function)(place, *more)


def compiled(code, arguments):
    """Registers the source of `-c code` for tracebacks, as python does from 3.13 on (Python/pythonrun.c)."""
    if sys.version_info >= (3, 13) and arguments[1] == '<string>':
        import linecache
        if hasattr(linecache, '_register_code'):
            # The first versions use the name as the key.
            key = code if hasattr(linecache, '_interactive_cache') else '<string>'
            linecache._register_code(key, arguments[0], '<string>')


def _invalidate_caches(original=_external.PathFinder.invalidate_caches):
    """Works like python's function, which from 3.10 on ends with an import that may fail in a program."""
    try:
        original()
    except ModuleNotFoundError as error:
        if error.name != 'importlib.metadata':
            raise


def _set_up():
    sys.frozen = True
    sys._MEIPASS = ROOT
    for module in _freeze, sys.modules['_freeze_bootstrap']:
        module.__spec__ = _Spec(module.__name__, _bootstrap.BuiltinImporter, origin='built-in')
        module.__loader__ = _bootstrap.BuiltinImporter
    sys.path[:] = [ROOT]
    sys.builtin_module_names = tuple([name for name in sys.builtin_module_names if name != '_freeze'])
    try:
        place = sys.meta_path.index(_external.PathFinder)
    except ValueError:
        place = len(sys.meta_path)
    sys.meta_path.insert(place, Finder)
    if _freeze.record('importlib.metadata') is None:
        _external.PathFinder.invalidate_caches = staticmethod(_invalidate_caches)
    sys.path_hooks.insert(0, _hook)
    _bootstrap.FrozenImporter.get_source = staticmethod(_frozen_source)
    sys.path_importer_cache.clear()
    if getattr(sys, '_stdlib_dir', ROOT) is None:
        _set_up_stdlib()
    _set_up_modules()
    _set_up_builtins()
    if sys.platform == 'win32':
        _set_up_path()
    if hasattr(_freeze, 'entry'):
        # Further interpreters look up functions of the entry point in its script.
        register(_freeze.entry, _freeze.script)
    if _freeze.defers_gc:
        # Tracebacks omit frames of this file.
        code = _exec_module.__code__
        _exec_module.__code__ = code.replace(co_filename='<frozen importlib._bootstrap_external>')
        Loader.exec_module = _exec_module


_set_up()
