"""What `sys` and its like tell about the process."""

import builtins
import faulthandler
import gc
import locale
import os
import signal
import sys
import threading
import time
import tracemalloc

from . import main_module, shown


def observe(note, arguments):
    main = main_module()
    note("main.__name__", main.__name__)
    note("main.__file__", shown(main.__file__))
    note("main.__spec__", main.__spec__)
    note("main.__package__", main.__package__)
    note("main.__doc__", main.__doc__)
    note("main.__builtins__", main.__builtins__ is builtins)
    note("main.__annotations__", getattr(main, "__annotations__", "none"))
    note("main.globals", main.GLOBALS)
    note("main.__loader__", type(main.__loader__).__name__)
    note("modules", [n for n in main.BEFORE if n not in ("_freeze", "_freeze_bootstrap")])
    note("modules._freeze", "_freeze" in main.BEFORE)
    note("builtins", sorted(dir(builtins)))
    note("sys", sorted(n for n in dir(sys) if n not in ("frozen", "_MEIPASS", "_home")))
    note("sys.frozen", getattr(sys, "frozen", None))
    note("sys._MEIPASS", hasattr(sys, "_MEIPASS"))
    note("sys._home", hasattr(sys, "_home"))
    note("argv", sys.argv[1:])
    note("argv[0]", shown(os.path.abspath(sys.argv[0])))
    note("orig_argv", getattr(sys, "orig_argv", [""])[-len(sys.argv) + 1:])
    note("executable", os.path.basename(sys.executable))
    note("executable.absolute", os.path.isabs(sys.executable) and os.access(sys.executable, os.X_OK))
    for name in dir(sys.flags):
        if not name.startswith(("_", "n_")) and name not in ("count", "index"):
            note("flags." + name, getattr(sys.flags, name))
    for name in "prefix", "base_prefix", "exec_prefix", "base_exec_prefix":
        note(name, shown(getattr(sys, name)))
    note("prefix.base", sys.prefix == sys.base_prefix and sys.exec_prefix == sys.base_exec_prefix)
    note("path", [shown(entry) for entry in sys.path])
    note("meta_path", [getattr(f, "__name__", type(f).__name__) for f in sys.meta_path])
    note("path_hooks", len(sys.path_hooks))
    plain = (
        "dont_write_bytecode pycache_prefix platlibdir byteorder maxsize maxunicode float_info hash_info int_info "
        "thread_info api_version hexversion version version_info copyright platform warnoptions _xoptions "
        "float_repr_style abiflags implementation _git builtin_module_names stdlib_module_names"
    )
    for name in plain.split():
        value = getattr(sys, name, "none")
        note(name, repr(sorted(value)) if isinstance(value, frozenset) else repr(value))
    for name in "getrecursionlimit getswitchinterval getfilesystemencoding getfilesystemencodeerrors getdefaultencoding".split():
        note(name, getattr(sys, name)())
    note("getdlopenflags", sys.getdlopenflags())
    note("hooks", sys.excepthook is sys.__excepthook__ and sys.displayhook is sys.__displayhook__)
    note("prompts", hasattr(sys, "ps1"))
    note("interactive", hasattr(sys, "last_value"))
    note("site", [repr(exit), repr(quit), str(copyright)[:20], type(help).__name__, type(license).__name__])
    note("locale.preferred", locale.getpreferredencoding(False))
    note("locale.ctype", locale.setlocale(locale.LC_CTYPE, None))
    note("locale.numeric", locale.setlocale(locale.LC_NUMERIC, None))
    note("time.tzname", list(time.tzname))
    note("gc", [gc.isenabled(), gc.get_threshold(), gc.get_debug(), gc.callbacks])
    note("gc.get_freeze_count", gc.get_freeze_count())
    note("faulthandler", faulthandler.is_enabled())
    note("tracemalloc", tracemalloc.is_tracing())
    note("threads", [t.name for t in threading.enumerate()])
    note("kernel.threads", len(os.listdir("/proc/self/task")))
    for name in "SIGINT", "SIGPIPE", "SIGXFSZ", "SIGTERM", "SIGHUP", "SIGCHLD", "SIGUSR1":
        handler = signal.getsignal(getattr(signal, name))
        note("signal." + name, getattr(handler, "__name__", repr(handler)))
    note("signal.mask", sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])))
    umask = os.umask(0)
    os.umask(umask)
    note("umask", umask)
    note("cwd", os.getcwd() == os.environ.get("PWD_EXPECTED", os.getcwd()))
    note("environ", sorted(k + "=" + v for k, v in os.environ.items() if k not in ("HOME", "TMPDIR")))
    open_files = [int(n) for n in os.listdir("/proc/self/fd")]
    # The listing itself is open too; what is the launcher's is out of the way and closed in children.
    note("files", sorted(n for n in open_files if n < 3))
    note("descriptors", [n for n in open_files if n > 2])
    note("files.inheritable", sorted(n for n in open_files if os.path.exists(f"/proc/self/fd/{n}") and os.get_inheritable(n)))
    note("comm", open("/proc/self/comm").read().strip())
    note("hash", hash("text") == hash("text"))
    note("debug", __debug__)
