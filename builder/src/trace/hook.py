"""Runs a program as it will be frozen and records what it imports, opens and loads: `freeze trace`.

The arguments are the folder that contains the plan and receives the records, and the program's arguments.
Only imports `os` and `sys`, which are already loaded: a program's import cannot be observed if this module
has already imported the same module. Each record is written immediately, so that it survives if the program
is killed.
"""

import os
import sys

FOLDER = globals().get('FOLDER')
_HERE = __file__ if '__file__' in globals() else os.path.join(FOLDER, 'hook.py')
_STDLIB = os.path.dirname(os.__file__) + os.sep
_INSTALLED = (os.sep + 'site-packages' + os.sep, os.sep + 'dist-packages' + os.sep)
_CODE = ('.py', '.pyc', '.pyo', '.pyd', '.so')
# Modules that pass on imports and reads for other code.
_MACHINERY = tuple(_STDLIB + name for name in ('importlib' + os.sep, 'runpy.py', 'pkgutil.py', 'zipimport.py'))
_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, 'O_BINARY', 0)
_noted = set()
# Modules and native files in memory before the program starts: code in `.pth` files of the environment loads some.
_early = frozenset()
_early_files = frozenset()
# Set while this module itself queries the system.
_looking = False


def _note(kind, name='', place=('', 0)):
    key = (kind, name)
    if key in _noted:
        return
    _noted.add(key)
    fields = (kind, name, place[0], str(place[1]))
    line = b''.join(field.encode('utf-8', 'surrogateescape') + b'\0' for field in fields)
    # Open the file each time, because the program may fork or close files that it did not open.
    try:
        log = os.open('%s/log.%d' % (FOLDER, os.getpid()), _APPEND, 0o600)
    except OSError:
        return
    try:
        os.write(log, line)
    finally:
        os.close(log)


def _asker(frame, beyond_stdlib):
    """Returns file and line of the requesting code, optionally preferring code outside the stdlib."""
    first = ('', 0)
    while frame is not None:
        path = frame.f_code.co_filename
        if not path.startswith('<') and path != _HERE and not path.startswith(_MACHINERY):
            place = (path, frame.f_lineno)
            in_stdlib = path.startswith(_STDLIB) and not any(part in path for part in _INSTALLED)
            if not beyond_stdlib or not in_stdlib:
                return place
            first = first if first[0] else place
        frame = frame.f_back
    return first


def _path(value):
    if isinstance(value, int) or value is None:
        return None
    try:
        return os.fsdecode(value)
    except TypeError:
        return None


def _opened(frame, path, mode, flags):
    path = _path(path)
    if path is None or path.startswith(FOLDER):
        return
    # Paths relative to the current folder are the user's choice, unless the program writes there.
    if isinstance(mode, str) and any(c in mode for c in 'wax+') or (flags or 0) & (os.O_WRONLY | os.O_RDWR):
        _note('write', os.path.abspath(path))
    elif os.path.isabs(path) and not path.endswith(_CODE):
        _note('read', os.path.normpath(path), _asker(frame, True))


def _listed(frame, path):
    path = _path(path)
    if path is None or not os.path.isabs(path):
        return
    # The import system also lists folders.
    caller = frame.f_code.co_filename
    if not caller.startswith('<') and not caller.startswith(_MACHINERY):
        _note('list', os.path.normpath(path), _asker(frame, True))


def _audit(event, arguments):
    if _looking:
        return
    if event == 'open':
        if len(arguments) == 3:
            _opened(sys._getframe(1), *arguments)
    elif event == 'os.listdir' or event == 'os.scandir':
        _listed(sys._getframe(1), arguments[0])
    elif event == 'ctypes.dlopen':
        name = _path(arguments[0])
        if name:
            _note('load', name, _asker(sys._getframe(1), True))
    elif event == 'os.exec':
        _finish()


class _Finder:
    """Records each import of a module that is not loaded yet, and finds nothing."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if _looking:
            return None
        _note('import', name, _asker(sys._getframe(1), False))
        if name == ('multiprocessing.spawn' if os.name == 'nt' else 'multiprocessing.util'):
            return _with_children(name, path, target)
        return None

    @staticmethod
    def invalidate_caches():
        pass


def _with_children(name, path, target):
    """Returns the spec of the module that starts processes of `multiprocessing`, which are also traced."""
    specs = (finder.find_spec(name, path, target) for finder in sys.meta_path if finder is not _Finder)
    spec = next((spec for spec in specs if spec is not None), None)
    if spec is None or not hasattr(spec.loader, 'exec_module'):
        return spec
    execute = spec.loader.exec_module

    def exec_module(module):
        execute(module)
        start = getattr(module, 'spawnv_passfds', None)
        if start is not None:
            module.spawnv_passfds = lambda path, args, passfds: start(path, _noting(args), passfds)
        line = getattr(module, 'get_command_line', None)
        if line is not None and os.name == 'nt':
            module.get_command_line = lambda **values: _noting(line(**values))

    spec.loader.exec_module = exec_module
    return spec


def _noting(args):
    """Returns the command line of a child that is also traced."""
    args = list(args)
    if '-c' in args[:-1]:
        place = args.index('-c') + 1
        # No double quotes, because on Windows the whole code is inside them.
        here, folder = ("'%s'" % text.replace('\\', '\\\\').replace("'", "\\'") for text in (_HERE, FOLDER))
        code = "exec(compile(open(%s, encoding='utf-8').read(), %s, 'exec'), {'__name__': 'hook', 'FOLDER': %s})"
        args[place] = code % (here, here, folder) + '; ' + args[place]
    return args


def _libraries():
    """Yields the libraries in memory on Windows, except those of the system, python, and this query."""
    names = ('python3.dll',) if '_ctypes' in sys.modules else ('python3.dll', 'libffi-7.dll', 'libffi-8.dll')
    try:
        import ctypes
    except ImportError:
        return
    call = ctypes.WinDLL('kernel32')
    process = ctypes.c_void_p(-1)
    modules = (ctypes.c_void_p * 4096)()
    size = ctypes.c_ulong()
    if not call.K32EnumProcessModules(process, modules, ctypes.sizeof(modules), ctypes.byref(size)):
        return
    own = os.environ.get('SystemRoot', 'C:\\Windows').lower()
    for module in modules[: size.value // ctypes.sizeof(ctypes.c_void_p)]:
        path = ctypes.create_unicode_buffer(32768)
        call.GetModuleFileNameW(ctypes.c_void_p(module), path, len(path))
        lower = path.value.lower()
        if lower and not lower.startswith(own) and not lower.endswith(names):
            yield path.value


def _mapped():
    """Returns the native files in memory on Linux."""
    try:
        maps = os.open('/proc/self/maps', os.O_RDONLY)
    except OSError:
        return []
    text = b''
    while True:
        more = os.read(maps, 1 << 16)
        if not more:
            break
        text += more
    os.close(maps)
    lines = [line.split(None, 5) for line in text.splitlines()]
    code = [fields for fields in lines if len(fields) == 6 and b'x' in fields[1]]
    return [os.fsdecode(fields[5]) for fields in code if fields[5].startswith(b'/')]


def _finish():
    """Records the modules and libraries that are in memory now."""
    global _looking
    for name, module in list(sys.modules.items()):
        if isinstance(name, str) and module is not None and name not in _early:
            _note('module', name)
    if os.name == 'nt':
        _looking = True
        for path in _libraries():
            _note('map', path)
        _looking = False
    for path in _mapped():
        if path not in _early_files:
            _note('map', path)
    _note('end')


def _install():
    global _early, _early_files
    _early = frozenset(sys.modules)
    _early_files = frozenset(_mapped())
    import atexit
    atexit.register(_finish)
    exit_now = os._exit

    def _exit(status):
        # Forked children end like this.
        _finish()
        exit_now(status)

    os._exit = _exit
    sys.meta_path.insert(0, _Finder)
    sys.addaudithook(_audit)


def _show(kind, value, trace):
    """Prints a traceback without the frames of this file."""
    while trace is not None and trace.tb_frame.f_code.co_filename == _HERE:
        trace = trace.tb_next
    if value is not None:
        value = value.with_traceback(trace)
    sys.__excepthook__(kind, value, trace)


def _run():
    global FOLDER
    FOLDER = sys.argv[1]
    with open(FOLDER + '/plan', encoding='utf-8', errors='surrogateescape') as plan:
        fields = plan.read().split('\0')
    pairs = list(zip(fields[::2], fields[1::2]))
    first = {key: value for key, value in reversed(pairs)}
    with open(first['code'], 'rb') as file:
        source = file.read()
    hooks = []
    for key, value in pairs:
        if key == 'hook':
            with open(value, 'rb') as file:
                hooks.append((value, file.read()))
    sys.argv[:2] = [first['name']]
    sys.path[:0] = [value for key, value in pairs if key == 'path']
    # Keep this module alive, hidden from the program.
    main = type(sys)('__main__')
    main.__builtins__ = __builtins__
    if 'file' in first:
        main.__file__ = first['file']
    main._freeze_trace = sys.modules['__main__']
    sys.modules['__main__'] = main
    sys.excepthook = _show
    _note('main')
    _install()
    for path, text in hooks:
        code = compile(text, path, 'exec', dont_inherit=True)
        exec(code, {'__name__': '__main__', '__file__': path, '__builtins__': __builtins__})
    code = compile(source, first.get('file', '<entry>'), 'exec', dont_inherit=True)
    exec(code, main.__dict__)


if __name__ == '__main__':
    _run()
else:
    _install()
