"""Ways to end, and what the parent sees of them."""

import atexit
import faulthandler
import os
import signal
import sys
import threading
import time


class Noisy:
    def __del__(self):
        os.write(2, b"deleted\n")


def fail(depth):
    if depth:
        return fail(depth - 1)
    raise ValueError("deep") from KeyError("cause")


def observe(note, arguments):
    case = arguments[0]
    note("case", case)
    note("started", True)
    sys.modules["__main__"].noisy = Noisy()
    atexit.register(lambda: os.write(2, b"atexit 1\n"))
    atexit.register(lambda: os.write(2, b"atexit 2\n"))
    CASES[case]()


def thread():
    started = threading.Thread(target=lambda: (time.sleep(0.2), os.write(2, b"thread\n")))
    started.start()


def daemon():
    threading.Thread(target=lambda: time.sleep(60), daemon=True).start()


def thread_fails():
    started = threading.Thread(target=lambda: 1 / 0)
    started.start()
    started.join()


def broken_pipe():
    sys.stdout = os.fdopen(os.dup(1), "w")
    read, write = os.pipe()
    os.close(read)
    os.dup2(write, 1)
    os.close(write)
    print("nobody reads this")
    sys.stdout.flush()
    sys.__stdout__.write("nor this\n")


def full():
    sys.stdout.flush()
    file = os.open("/dev/full", os.O_WRONLY)
    os.dup2(file, 1)


def hook():
    sys.excepthook = lambda *raised: os.write(2, b"hook " + raised[0].__name__.encode() + b"\n")
    raise LookupError


def unraisable():
    class Bad:
        def __del__(self):
            raise ValueError("in del")

    Bad()


def atexit_fails():
    atexit.register(lambda: 1 / 0)


def unpickable():
    sys.exit((1, 2))


def group():
    raise ExceptionGroup("many", [ValueError(1), TypeError("x")])


def syntax():
    compile("x = (1,\ny = 2", "given.py", "exec")


def warn():
    import warnings

    warnings.warn("careful", stacklevel=1)
    warnings.warn("old", DeprecationWarning, stacklevel=1)
    warnings.warn_explicit("explicit", UserWarning, "file.py", 3)


def missing():
    import not_there_at_all  # noqa: F401


def closed():
    os.close(1)
    os.close(2)


CASES = {
    "return": lambda: None,
    "exit": lambda: sys.exit(),
    "exit 0": lambda: sys.exit(0),
    "exit 3": lambda: sys.exit(3),
    "exit -1": lambda: sys.exit(-1),
    "exit 256": lambda: sys.exit(256),
    "exit large": lambda: sys.exit(1 << 70),
    "exit true": lambda: sys.exit(True),
    "exit text": lambda: sys.exit("a message"),
    "exit tuple": unpickable,
    "quit": lambda: quit(4),
    "raise": lambda: fail(3),
    "group": group,
    "interrupt": lambda: (_ for _ in ()).throw(KeyboardInterrupt),
    "sigint": lambda: os.kill(os.getpid(), signal.SIGINT) or time.sleep(5),
    "sigterm": lambda: os.kill(os.getpid(), signal.SIGTERM),
    "sigkill": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "abort": os.abort,
    "_exit": lambda: os._exit(9),
    "thread": thread,
    "daemon": daemon,
    "thread fails": thread_fails,
    "broken pipe": broken_pipe,
    "full": full,
    "closed": closed,
    "hook": hook,
    "unraisable": unraisable,
    "atexit fails": atexit_fails,
    "recursion": lambda: (lambda f: f(f))(lambda f: f(f)),
    "syntax": syntax,
    "warn": warn,
    "missing": missing,
    "fault": lambda: (faulthandler.enable(), os.kill(os.getpid(), signal.SIGSEGV)),
}
