"""Children of every kind."""

import concurrent.futures
import multiprocessing
import multiprocessing.shared_memory
import os
import signal
import subprocess
import sys
import time

from . import main_module, shown


def look(number):
    main = main_module()
    return [
        number * 2,
        main.__name__,
        shown(main.__file__),
        sys.argv[1:],
        sys.flags.isolated,
        multiprocessing.current_process().name.split("-")[0],
        multiprocessing.parent_process() is not None,
        main.Point(1) == main.Point(1),
    ]


def add(shared, lock, count):
    for _ in range(count):
        with lock:
            shared.value += 1


def fill(name):
    memory = multiprocessing.shared_memory.SharedMemory(name)
    memory.buf[:4] = b"done"
    memory.close()


def stop():
    raise SystemExit(5)


def fail():
    raise ValueError("in a child")


def loud():
    print("from a child")


def observe(note, arguments):
    note("start_method", multiprocessing.get_start_method())
    note("start_methods", multiprocessing.get_all_start_methods())
    for method in "fork", "spawn", "forkserver":
        context = multiprocessing.get_context(method)
        with context.Pool(2) as pool:
            note(method + ".pool", pool.map(look, [1, 2]))
        shared, lock = context.Value("i", 0), context.Lock()
        children = [context.Process(target=add, args=(shared, lock, 50)) for _ in range(2)]
        for child in children:
            child.start()
        for child in children:
            child.join()
        note(method + ".value", shared.value)
        for function in stop, fail, loud:
            sys.stdout.flush()
            child = context.Process(target=function)
            child.start()
            child.join()
            note(f"{method}.{function.__name__}", child.exitcode)
        with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:
            note(method + ".executor", [r[0] for r in pool.map(look, range(3))])
        memory = multiprocessing.shared_memory.SharedMemory(create=True, size=16)
        child = context.Process(target=fill, args=(memory.name,))
        child.start()
        child.join()
        note(method + ".shared_memory", bytes(memory.buf[:4]).decode())
        memory.close()
        memory.unlink()
        with context.Manager() as manager:
            table = manager.dict()
            table["x"] = 1
            note(method + ".manager", dict(table))
        queue = context.Queue()
        child = context.Process(target=queue_put, args=(queue,))
        child.start()
        note(method + ".queue", queue.get(timeout=60))
        child.join()

    given = sorted(k for k in os.environ if k not in ("HOME", "TMPDIR"))
    child = subprocess.run(["/usr/bin/env", "-0"], stdout=subprocess.PIPE, check=True)
    seen = sorted(v.split("=")[0] for v in child.stdout.decode().split("\0") if v)
    note("subprocess.environ", [k for k in seen if k not in ("HOME", "TMPDIR")] == given)
    listed = subprocess.run(["/bin/ls", "/proc/self/fd"], stdout=subprocess.PIPE, check=True)
    note("subprocess.files", listed.stdout.decode().split()[:3])
    dies = subprocess.run(["/bin/sh", "-c", "kill -TERM $$"])
    note("subprocess.signal", dies.returncode)
    ignored = subprocess.run(["/bin/sh", "-c", "grep SigIgn /proc/self/status"], stdout=subprocess.PIPE, check=True)
    note("subprocess.ignored", ignored.stdout.decode())
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        os.setsid()
        os.write(write, shown(__file__).encode())
        os._exit(3)
    os.close(write)
    note("fork.wrote", os.read(read, 1000).decode())
    note("fork.status", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    child = os.fork()
    if child == 0:
        signal.pause()
    time.sleep(0.05)
    os.kill(child, signal.SIGUSR1)
    note("fork.killed", os.WTERMSIG(os.waitpid(child, 0)[1]))


def queue_put(queue):
    queue.put("queued")
