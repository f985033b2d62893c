# /// script
# requires-python = ">=3.10"
# dependencies = ["gunicorn"]
# ///
"""Serves an app from worker processes, with classes that are loaded by name."""

import os
import signal
import socket
import threading
import time
import urllib.request

from gunicorn.app.base import BaseApplication
from gunicorn.util import load_class

with socket.create_server(("127.0.0.1", 0)) as probe:
    port = probe.getsockname()[1]


def hello(environment, start):
    start("200 OK", [("Content-Type", "text/plain")])
    return [b"pid %d" % os.getpid()]


class App(BaseApplication):
    def load_config(self):
        self.cfg.set("bind", f"127.0.0.1:{port}")
        self.cfg.set("workers", 2)
        self.cfg.set("worker_class", "gthread")
        self.cfg.set("loglevel", "error")
        self.cfg.set("control_socket_disable", True) if "control_socket_disable" in self.cfg.settings else None

    def load(self):
        return hello


assert load_class("sync").__name__ == "SyncWorker" and load_class("gthread").__name__ == "ThreadWorker"
master = os.fork()
if master == 0:
    App().run()
    os._exit(1)
for _ in range(200):
    try:
        answer = urllib.request.urlopen(f"http://127.0.0.1:{port}/").read()
        break
    except OSError:
        time.sleep(0.05)
assert answer.startswith(b"pid ") and int(answer.split()[1]) not in (master, os.getpid())
os.kill(master, signal.SIGTERM)
assert os.waitpid(master, 0)[1] == 0 and threading.active_count() == 1
print("ok")
