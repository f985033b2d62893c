"""Starts a program on a terminal, stops it for a while during its extraction, and prints what the terminal received."""

import os
import pathlib
import pty
import signal
import sys
import time

program, cache = sys.argv[1:]
child, terminal = pty.fork()
if child == 0:
    os.environ["FREEZE_APP_CACHE_DIR"] = cache
    os.execv(program, [program])
while not list(pathlib.Path(cache).glob("freeze/*/*/large.bin")):
    time.sleep(0.001)
os.kill(child, signal.SIGSTOP)
time.sleep(2.5)
os.kill(child, signal.SIGCONT)
received = b""
while True:
    try:
        part = os.read(terminal, 4096)
    except OSError:
        break
    if not part:
        break
    received += part
os.waitpid(child, 0)
print(repr(received.decode()))
