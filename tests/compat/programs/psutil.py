# /// script
# requires-python = ">=3.10"
# dependencies = ["psutil"]
# ///
"""Reads about this process and the machine."""

import os
import socket

import psutil

me = psutil.Process()
assert me.pid == os.getpid() and me.memory_info().rss > 1_000_000
assert psutil.cpu_count() >= 1 and psutil.virtual_memory().total > 0 and psutil.disk_usage("/").total > 0
listener = socket.create_server(("127.0.0.1", 0))
assert listener.getsockname()[1] in {c.laddr.port for c in me.net_connections()}
assert "lo" in psutil.net_if_addrs()
child = psutil.Popen(["sleep", "10"])
assert child.name() == "sleep" and child.ppid() == me.pid
child.kill()
assert child.wait(10) == -9
assert me.as_dict(["num_threads"])["num_threads"] >= 1
print("ok")
