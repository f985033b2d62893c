# /// script
# requires-python = ">=3.10"
# dependencies = ["gevent"]
# ///
"""Runs greenlets, patches the standard library and serves."""

from gevent import monkey

monkey.patch_all()

import socket  # noqa: E402
import threading  # noqa: E402
import time  # noqa: E402
import urllib.request  # noqa: E402

import gevent  # noqa: E402
from gevent.pool import Pool  # noqa: E402
from gevent.pywsgi import WSGIServer  # noqa: E402
from gevent.queue import Queue  # noqa: E402

begun = time.monotonic()
gevent.joinall([gevent.spawn(time.sleep, 0.2) for _ in range(20)])
assert time.monotonic() - begun < 2 and monkey.is_module_patched("socket")
assert list(Pool(3).imap(lambda n: n * n, range(4))) == [0, 1, 4, 9]


def app(environment, start):
    start("200 OK", [("Content-Type", "text/plain")])
    return [environment["PATH_INFO"].encode()]


server = WSGIServer(("127.0.0.1", 0), app, log=None)
server.start()
assert urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/x").read() == b"/x"
server.stop()
queue = Queue()
threading.Thread(target=lambda: queue.put(5)).start()
assert queue.get(timeout=5) == 5 and socket.gethostbyname("localhost") == "127.0.0.1"
assert gevent.config.loop.__name__ and gevent.get_hub().threadpool.apply(sum, ([1, 2],)) == 3
print("ok")
