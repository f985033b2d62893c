"""The importer beyond plain imports: sources, data, resources, metadata and child processes."""

import sys

import _freeze
import _freeze_bootstrap
from _freeze_bootstrap import ROOT, SEP


def _internal(method):
    """Gives a method the file name of Python's own importer: tracebacks and warnings skip its frames."""
    method.__code__ = method.__code__.replace(co_filename='<frozen importlib._bootstrap_external>')
    return method


def _checked(content, what):
    if content.__class__ is str:
        raise OSError('%s cannot be read: this executable is damaged (%s)' % (what, content))
    return content


def source(index, name):
    """Returns the source of a module, if included."""
    content = _freeze.source(index)
    if content.__class__ is str:
        raise ImportError('source of %r: this executable is damaged (%s)' % (name, content), name=name)
    if content is None:
        return None
    from _frozen_importlib_external import decode_source
    return decode_source(content)


def get_data(path):
    """Returns the content of a file, from disk or from the archive."""
    path = str(path)
    if _freeze.on_disk or not path.startswith(ROOT):
        try:
            import _io
            with _io.open_code(path) if path.endswith(('.py', '.pyc')) else _io.FileIO(path, 'r') as file:
                return file.read()
        except FileNotFoundError:
            if not path.startswith(ROOT):
                raise
    content = _checked(_freeze.data(path), path)
    if content is None and path.endswith('.py'):
        found = _record_of(path)
        if found is not None:
            content = _checked(_freeze.source(found[0]), path)
    if content is None:
        import errno
        import os
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
    return content


def _record_of(path):
    """Describes the module whose source has this path."""
    if not path.startswith(ROOT + SEP):
        return None
    name = path[len(ROOT) + 1:-len('.py')].replace(SEP, '.')
    if name.endswith('.__init__'):
        name = name[:-len('.__init__')]
    found = _freeze.record(name)
    return found if found is not None and found[3] == path else None


def iter_modules(path, prefix=''):
    """Yields the modules in a folder in the format of pkgutil."""
    seen = set()
    for name, package in _freeze.modules(path) or ():
        if name != '__init__' and not name.startswith('_freeze'):
            seen.add(name)
            yield prefix + name, bool(package)
    if _freeze.on_disk:
        import os
        if os.path.isdir(path):
            import importlib.machinery
            import pkgutil
            finder = importlib.machinery.FileFinder(path, *importlib._bootstrap_external._get_supported_file_loaders())
            for name, package in pkgutil.iter_importer_modules(finder, prefix):
                if name[len(prefix):] not in seen:
                    yield name, package


class SpawnLoader(_freeze_bootstrap.Loader):
    """Loads `multiprocessing.spawn`, which on Windows skips `__main__` in children of frozen programs.

    It assumes that such children run their script again. Here, the launcher recognizes them and finds
    their `__main__`.
    """

    @_internal
    def exec_module(self, module):
        super().exec_module(module)
        module.WINEXE = False


class PkgResourcesLoader(_freeze_bootstrap.Loader):
    """Loads `pkg_resources` and registers the finder and loaders of the bundle with it."""

    @_internal
    def exec_module(self, module):
        super().exec_module(module)
        if not _freeze.on_disk:
            return
        module.register_finder(_freeze_bootstrap.FolderFinder, module.find_on_path)
        module.register_namespace_handler(_freeze_bootstrap.FolderFinder, module.file_ns_handler)
        for loader in _freeze_bootstrap.Loader, _freeze_bootstrap.ExtensionLoader:
            module.register_loader_type(loader, module.DefaultProvider)
        # During its import, it has searched for distributions without them.
        known = module.working_set
        known.entries, known.entry_keys, known.by_key = [], {}, {}
        for entry in sys.path:
            known.add_entry(entry)


class CtypesLoader(_freeze_bootstrap.Loader):
    """Loads `ctypes` if libraries are in memory, where the system's loader cannot find them."""

    @_internal
    def exec_module(self, module):
        super().exec_module(module)
        plain = module._dlopen

        def dlopen(name, *mode):
            path = None
            if isinstance(name, str) and name:
                path = _freeze.opened(name if name.startswith(ROOT + SEP) else ROOT + SEP + name)
            return plain(path or name, *mode)

        module._dlopen = dlopen


class CtypesUtilLoader(_freeze_bootstrap.Loader):
    """Loads `ctypes.util`, whose `find_library` calls system programs that do not search the bundle."""

    @_internal
    def exec_module(self, module):
        super().exec_module(module)
        plain = module.find_library

        def find_library(name):
            return _library(name) or plain(name)

        for attribute in '__name__', '__qualname__', '__module__', '__doc__':
            setattr(find_library, attribute, getattr(plain, attribute))
        module.find_library = find_library


def _library(name):
    """Returns the library of the bundle with this linker name, in a form that `ctypes.CDLL` can load."""
    if not isinstance(name, str):
        return None
    import os
    if sys.platform in ('win32', 'darwin'):
        path = os.path.join(ROOT, name + '.dll' if sys.platform == 'win32' else 'lib%s.dylib' % name)
        return path if os.path.isfile(path) else None
    start = 'lib%s.so' % name
    found = [file for file, _ in _freeze.files(ROOT) or () if file == start or file.startswith(start + '.')]
    if not found or not _freeze.on_disk:
        # In memory, libraries have their own names.
        return max(found, key=len, default=None)
    # The shortest name is that of the linker, and links to the library's own name.
    return os.path.basename(os.path.realpath(os.path.join(ROOT, min(found, key=len))))


class TracebackLoader(_freeze_bootstrap.Loader):
    """Loads `traceback`, which from 3.15 on would blame `python -S` for missing modules, due to the flags."""

    @_internal
    def exec_module(self, module):
        super().exec_module(module)
        function = module.TracebackException.__init__
        code = function.__code__
        names = tuple('interactive' if name == 'no_site' else name for name in code.co_names)
        function.__code__ = code.replace(co_names=names)
        # It searches folders for extensions of other versions, and fails if `sys.path` has none.
        module._find_incompatible_extension_module = lambda name: None


class TclLoader(_freeze_bootstrap.ExtensionLoader):
    """Loads `_tkinter` so that Tcl and Tk find their scripts in the bundle."""

    def create_module(self, spec):
        self._environment = _TclEnvironment()
        with self._environment:
            return super().create_module(spec)

    @_internal
    def exec_module(self, module):
        environment = self._environment
        with environment:
            super().exec_module(module)
        plain = module.create

        def create(*args):
            with environment:
                made = plain(*args)
                # Tcl reads the search path for modules from the environment on first use.
                made.eval('catch {::tcl::tm::path list}')
                environment.forget(made)
                return made

        create.__doc__ = plain.__doc__
        module.create = create


class _TclEnvironment:
    """The environment variables that Tcl reads when it is loaded and when it creates an interpreter.

    They are only set during these steps, because children of the program would inherit them.
    """

    def __init__(self):
        import _thread
        self._lock = _thread.allocate_lock()
        self._added = ()
        self._values = values = {}
        # On Windows, the scripts are in `tcl`, where `_tkinter` finds them itself.
        lib = ROOT + SEP + 'lib'
        names = sorted(name for name, folder in _freeze.files(lib) or () if folder) if _freeze.on_disk else ()
        modules = []
        for name in names:
            path = lib + SEP + name
            if name.startswith('tcl') and '.' in name:
                values['TCL_LIBRARY'] = path
                version = name[3:].replace('.', '_')
                modules.insert(0, path + SEP + 'tcl' + version.partition('_')[0])
            elif name.startswith('tcl'):
                inner = sorted((n for n, folder in _freeze.files(path) or () if folder), reverse=True)
                modules += [path + SEP + n for n in inner]
            elif name.startswith('tk'):
                values['TK_LIBRARY'] = path
        modules = (':' if SEP == '/' else ';').join(path for path in modules if _freeze.is_dir(path))
        if modules and 'TCL_LIBRARY' in values:
            values['TCL%s_TM_PATH' % version] = modules

    def __enter__(self):
        import os
        self._lock.acquire()
        self._added = [name for name in self._values if name not in os.environ]
        for name in self._added:
            os.putenv(name, self._values[name])

    def forget(self, interpreter):
        # Otherwise, its array would still list names that can no longer be read.
        for name in self._added:
            interpreter.eval('catch {unset ::env(%s)}' % name)

    def __exit__(self, *raised):
        import os
        for name in self._added:
            os.unsetenv(name)
        self._lock.release()


def spawn(place):
    """Runs a child of multiprocessing's start method spawn."""
    from multiprocessing import spawn as method
    known = {}
    for argument in sys.argv[2:]:
        name, _, value = argument.partition('=')
        known[name] = None if value == 'None' else int(value)
    prepare = method.prepare
    method.prepare = lambda data: prepare(_here(data))
    method.spawn_main(**known)


def _here(data):
    """Adapts the preparation data of a parent whose root folder differs from that of this process."""
    path = data.get('init_main_from_path') or ''
    for script in _freeze_bootstrap._scripts:
        inner = script[len(_freeze.root):]
        if path != script and path.endswith(inner):
            old = path[:-len(inner)]
            moved = [_freeze.root if entry == old else entry for entry in data.get('sys_path', ())]
            return dict(data, init_main_from_path=script, sys_path=moved)
    return data


def command(place):
    """Prepares `-c code` from the command line. Returns the arguments for `compile`."""
    code = sys.argv[place + 1]
    sys.argv[:] = ['-c'] + sys.argv[place + 2:]
    return code, '<string>', 'exec', 0, True


def module(place):
    """Runs a module from the command line: `-m name` or `-mname`."""
    word = sys.argv[place]
    joined = word[:2] == '-m' and len(word) > 2
    name = word[2:] if joined else sys.argv[place + 1]
    sys.argv[:] = ['-m'] + sys.argv[place + 2 - joined:]
    if _freeze.record('runpy') is None:
        _run_module(name)
    else:
        import runpy
        runpy._run_module_as_main(name)


def _run_module(name):
    """Runs a module like `runpy`, which is not part of every program."""
    from _frozen_importlib import _find_spec
    spec = None
    while True:
        parent = name.rpartition('.')[0]
        try:
            path = __import__(parent, fromlist=['__path__']).__path__ if parent else None
            spec = _find_spec(name, path)
        except (ImportError, AttributeError):
            spec = None
        if spec is None or spec.submodule_search_locations is None or name.endswith('.__main__'):
            break
        name += '.__main__'
    code = spec.loader.get_code(name) if spec is not None and spec.loader is not None else None
    if code is None:
        sys.exit('%s: No module named %s' % (sys.executable, name))
    sys.argv[0] = spec.origin
    names = sys.modules['__main__'].__dict__
    names.update(__file__=spec.origin, __loader__=spec.loader, __package__=spec.parent, __spec__=spec)
    exec(code, names)


def python_command(place):
    """Runs `-c code` like python."""
    _search(place, '')
    return command(place)


def python_module(place):
    """Runs `-m name` like python."""
    import os
    _search(place, os.getcwd())
    module(place)


def python_script(place):
    """Runs `script.py`, or a folder or zip file with a `__main__.py`, like python."""
    import io
    import os
    import zipimport
    path = sys.argv[place]
    whole = os.path.abspath(path)
    main = sys.modules['__main__']
    try:
        zipimport.zipimporter(whole)
        holds_main = True
    except zipimport.ZipImportError:
        holds_main = os.path.isdir(whole)
    if holds_main:
        _search(place - 1, whole)
        del sys.argv[:place]
        _run_module('__main__')
        return None
    _search(place - 1, os.path.dirname(os.path.realpath(whole)))
    del sys.argv[:place]
    try:
        with io.open_code(whole) as file:
            source = file.read()
    except OSError as error:
        sys.stderr.write('%s: can\'t open file %r: [Errno %d] %s\n'
                         % (sys.executable, whole, error.errno, error.strerror))
        sys.exit(2)
    main.__file__ = whole
    main.__spec__ = None
    return source, whole, 'exec', 0, True


def python_own(place, record, is_folder):
    """Prepares a script of the bundle, or a folder with a `__main__`, like python. Returns the code."""
    found = _freeze.record(record)
    path = found[3]
    folder = path.rpartition(SEP)[0]
    _search(place - 1, folder)
    del sys.argv[:place]
    loader = _freeze_bootstrap.Loader('__main__', path, found[0])
    code = loader.get_code()
    spec = _freeze_bootstrap.spec_of('__main__', found) if is_folder else None
    names = sys.modules['__main__'].__dict__
    names.update(__file__=path, __loader__=loader, __package__='' if is_folder else None, __spec__=spec)
    if sys.version_info < (3, 15):
        names['__cached__'] = spec and spec.cached
    return code


def teach_runpy():
    """Lets `runpy.run_path` run scripts and modules of the bundle, as multiprocessing does in children.

    It reads a file, and from 3.11 on it is frozen in python itself, so it is patched on first use.
    """
    runpy = sys.modules.get('runpy')
    plain = getattr(runpy, '_get_code_from_file', None)
    if plain is None or plain.__module__ == __name__:
        return

    def _get_code_from_file(*args):
        import os
        path = os.fsdecode(args[-1])
        found = _freeze_bootstrap._scripts.get(path) or _record_of(path)
        if found is None:
            return plain(*args)
        loader = _freeze_bootstrap.Loader('__main__', path, found[0])
        code = loader.get_code()
        if _freeze.record('linecache') is not None:
            # Registers the source, if included, for tracebacks: no module leads to it.
            import linecache
            linecache.lazycache(path, {'__name__': '__main__', '__loader__': loader})
        # Before 3.13, the result includes the name, which is the last argument.
        return code if len(args) == 1 else (code, args[-1])

    runpy._get_code_from_file = _get_code_from_file


def python_input(place):
    """Runs `-` or no code argument like python: code from standard input."""
    _search(place - 1, '')
    sys.argv[:place] = [] if sys.argv[place:] else ['']
    if sys.stdin is None:
        return None
    main = sys.modules['__main__']
    main.__spec__ = None
    if sys.flags.interactive or sys.stdin.isatty():
        if sys.flags.quiet:
            return True
        sys.stderr.write('Python %s on %s\n' % (sys.version, sys.platform))
        # The launcher then lets python read line by line.
        return True
    main.__file__ = '<stdin>'
    return sys.stdin.buffer.read(), '<stdin>', 'exec', 0, True


def _search(place, folder):
    """Inserts a folder before the bundle in the search path, unless options before the code forbid it."""
    for word in sys.argv[1:place + 1]:
        if word[:1] == '-' and word[1:2] not in ('X', 'W', 'm') and ('I' in word or 'P' in word):
            return
    if sys.path[:1] != [folder]:
        sys.path.insert(0, folder)


def catch_errors():
    """Captures python's error output if the program has no standard error; returns whether it does so."""
    if sys.stderr is not None:
        return False
    import io
    sys.stderr = io.StringIO()
    return True


def show_errors():
    """Shows the captured output."""
    text = sys.stderr.getvalue()
    sys.stderr = None
    if text:
        _freeze.show(text)


def show_end():
    """Reports that an error has ended the program, without details."""
    is_any = sys.stderr.getvalue()
    sys.stderr = None
    if is_any:
        _freeze.show('error: an exception that nothing has caught has ended this program')


def advise():
    """Explains how to add the missing module or file that has just ended the program.

    Only applies if python itself has shown the traceback of an import that found nothing. There is no hint
    for a module that is in the bundle but hidden by a changed search path, for a module that did not exist
    at build time, or for exceptions with other messages.
    """
    error = sys.last_value
    if sys.excepthook is not sys.__excepthook__:
        return
    if error.__class__ is FileNotFoundError:
        _advise_file(error.filename)
        return
    name = error.name
    if (name.__class__ is not str
            or error.args != ('No module named %r' % name,)
            or not name.replace('.', '_').isidentifier()
            or _freeze.record(name) is not None or _freeze.was_left_out(name) is None):
        return
    sys.stderr.write('hint: `%s` is not in this program; add it to the spec: [modules] include = ["%s"]\n'
                     % (name, name))


def _advise_file(path):
    """Does the same for a file that the program has tried to open in the bundle."""
    if path.__class__ is not str or not path.startswith(ROOT + SEP) or '..' in path.split(SEP):
        return
    inner = path[len(ROOT) + 1:].replace(SEP, '/')
    sys.stderr.write('hint: `%s` is not in this program; if the program only reads it, add it to the spec: '
                     '[[data]] with from = "%s" and to = "%s"\n' % (inner, inner, inner.rpartition('/')[0]))
