"""Uses the parts of the standard library that need native libraries, data files or children of their own."""

import argparse
import asyncio
import bz2
import collections
import concurrent.futures
import ctypes
import ctypes.util
import curses
import datetime
import decimal
import email
import email.policy
import fractions
import hashlib
import http.server
import importlib
import importlib.resources
import inspect
import io
import json
import locale
import logging
import logging.config
import lzma
import multiprocessing
import os
import pathlib
import pickle
import platform
import readline
import shutil
import signal
import socket
import sqlite3
import ssl
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import unicodedata
import unittest
import urllib.request
import uuid
import xml.dom.minidom
import xml.etree.ElementTree
import xml.sax
import zipfile
import zlib
import zoneinfo


def square(n):
    return n * n


def child(queue, n):
    queue.put((n, os.getpid(), sys.argv[1:], __name__))


class Unusual(Exception):
    pass


def tour_ssl():
    context = ssl.create_default_context()
    assert context.get_ciphers()
    assert ssl.OPENSSL_VERSION.startswith("OpenSSL")
    left, right = ssl.MemoryBIO(), ssl.MemoryBIO()
    peer = context.wrap_bio(left, right, server_hostname="localhost")
    try:
        peer.do_handshake()
    except ssl.SSLWantReadError:
        pass
    assert right.read()[:1] == b"\x16"


def tour_sqlite3():
    with sqlite3.connect(":memory:") as db:
        db.execute("create table t (a integer, b text)")
        db.executemany("insert into t values (?, ?)", [(1, "one"), (2, "two")])
        assert db.execute("select b from t order by a desc").fetchall() == [("two",), ("one",)]
    db.close()


def tour_compression():
    data = b"abc" * 1000
    for module in lzma, bz2, zlib:
        assert module.decompress(module.compress(data)) == data
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", data)
    with zipfile.ZipFile(buffer) as archive:
        assert archive.read("a.txt") == data


def tour_ctypes():
    libc = ctypes.CDLL(None)
    assert libc.abs(-42) == 42
    callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))
    values = (ctypes.c_int * 3)(3, 1, 2)
    libc.qsort(values, 3, ctypes.sizeof(ctypes.c_int), callback(lambda a, b: a[0] - b[0]))
    assert list(values) == [1, 2, 3]
    assert ctypes.util.find_library("c")


def tour_numbers():
    decimal.getcontext().prec = 30
    assert str(decimal.Decimal(1) / 7) == "0.142857142857142857142857142857"
    assert fractions.Fraction(1, 3) + fractions.Fraction(1, 6) == fractions.Fraction(1, 2)
    assert statistics.mean([1, 2, 3]) == 2
    assert struct.unpack("<I", struct.pack("<I", 7)) == (7,)


def tour_asyncio():
    async def run():
        process = await asyncio.create_subprocess_exec("/bin/echo", "hi", stdout=asyncio.subprocess.PIPE)
        out, _ = await process.communicate()
        results = await asyncio.gather(*(asyncio.sleep(0.001, n) for n in range(3)))
        in_thread = await asyncio.get_running_loop().run_in_executor(None, square, 4)
        return out.strip(), results, in_thread

    assert asyncio.run(run()) == (b"hi", [0, 1, 2], 16)


def tour_futures():
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        assert list(pool.map(square, range(4))) == [0, 1, 4, 9]
    for method in "spawn", "fork":
        context = multiprocessing.get_context(method)
        with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:
            assert list(pool.map(square, range(4))) == [0, 1, 4, 9], method


def tour_multiprocessing():
    for method in "spawn", "fork", "forkserver":
        context = multiprocessing.get_context(method)
        queue = context.Queue()
        process = context.Process(target=child, args=(queue, method))
        process.start()
        name, pid, argv, module = queue.get(timeout=60)
        process.join(60)
        assert process.exitcode == 0, (method, process.exitcode)
        assert (name, argv) == (method, sys.argv[1:]), (name, argv)
        assert pid == process.pid
        assert module in ("__main__", "__mp_main__"), module
        with context.Pool(2) as pool:
            assert pool.map(square, range(5)) == [0, 1, 4, 9, 16]
        with context.Manager() as manager:
            shared = manager.dict(a=1)
            shared["b"] = 2
            assert dict(shared) == {"a": 1, "b": 2}
    from multiprocessing import shared_memory

    block = shared_memory.SharedMemory(create=True, size=16)
    block.buf[:3] = b"abc"
    other = shared_memory.SharedMemory(block.name)
    assert bytes(other.buf[:3]) == b"abc"
    other.close()
    block.close()
    block.unlink()


def tour_zoneinfo():
    berlin = zoneinfo.ZoneInfo("Europe/Berlin")
    summer = datetime.datetime(2024, 7, 1, 12, tzinfo=berlin)
    assert summer.utcoffset() == datetime.timedelta(hours=2)
    assert datetime.datetime.strptime("2024-02-29", "%Y-%m-%d").day == 29


def tour_text():
    assert unicodedata.name("é") == "LATIN SMALL LETTER E WITH ACUTE"
    assert unicodedata.normalize("NFD", "é") == "e\u0301"
    for codec in "latin-1", "cp1252", "utf-16", "shift_jis", "big5", "gb18030", "euc_kr", "idna", "punycode":
        assert "abc".encode(codec).decode(codec) == "abc", codec
    assert "grüße".encode("cp437").decode("cp437") == "grüße"
    assert sys.stdout.encoding.lower() == "utf-8", sys.stdout.encoding
    assert sys.getfilesystemencoding() == "utf-8"
    locale.setlocale(locale.LC_ALL, "C")


def tour_terminal():
    assert curses.A_BOLD
    curses.setupterm("dumb", 1)
    assert curses.tigetnum("cols") == 80
    readline.add_history("line")
    assert readline.get_history_item(readline.get_current_history_length()) == "line"


def tour_hashlib():
    assert hashlib.sha256(b"").hexdigest().startswith("e3b0c442")
    assert hashlib.blake2b(b"", digest_size=4).hexdigest() == "1271cf25"
    assert hashlib.new("sha3_256", b"").hexdigest().startswith("a7ffc6f8")
    assert hashlib.scrypt(b"p", salt=b"s", n=2, r=8, p=1, dklen=4)
    assert len(hashlib.pbkdf2_hmac("sha1", b"p", b"s", 1)) == 20


def tour_markup():
    root = xml.etree.ElementTree.fromstring("<a><b c='d'>e</b></a>")
    assert root.find("b").get("c") == "d"
    assert xml.dom.minidom.parseString("<a/>").documentElement.tagName == "a"
    names = []
    handler = xml.sax.ContentHandler()
    handler.startElement = lambda name, attributes: names.append(name)
    xml.sax.parseString(b"<a><b/></a>", handler)
    assert names == ["a", "b"]
    message = email.message_from_string("Subject: =?utf-8?q?gr=C3=BC=C3=9Fe?=\n\nbody", policy=email.policy.default)
    assert message["subject"] == "grüße"
    assert json.loads(json.dumps({"a": [1, 2.5, None]})) == {"a": [1, 2.5, None]}


def tour_logging():
    stream = io.StringIO()
    logging.config.dictConfig(
        {
            "version": 1,
            "formatters": {"f": {"format": "%(levelname)s %(message)s"}},
            "handlers": {"h": {"class": "logging.StreamHandler", "formatter": "f", "stream": stream}},
            "root": {"level": "INFO", "handlers": ["h"]},
        }
    )
    logging.info("logged")
    assert stream.getvalue() == "INFO logged\n"
    logging.getLogger().handlers.clear()


def tour_network():
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"served")

        def log_message(self, *arguments):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"http://127.0.0.1:{server.server_port}/") as answer:
        assert answer.read() == b"served"
    server.shutdown()
    server.server_close()
    assert uuid.UUID(int=5).hex.endswith("5") and uuid.uuid4() != uuid.uuid1()


def tour_introspection():
    try:
        raise Unusual("text")
    except Unusual:
        trace = traceback.format_exc()
    assert "in tour_introspection" in trace and trace.endswith("Unusual: text\n"), trace
    assert inspect.signature(square).parameters.keys() == {"n"}
    assert pathlib.Path(__file__).name == "stdlib_tour_app.py"
    assert os.path.isabs(json.__file__) and json.__file__.endswith("json/__init__.py")
    assert json.__spec__.origin == json.__file__ and json.__path__
    assert importlib.import_module("json.tool").__name__ == "json.tool"
    assert sys.modules["__main__"].square is square
    assert pickle.loads(pickle.dumps(square)) is square
    assert sys.argv[0] and sys.executable and sys.prefix and platform.python_version()
    assert getattr(sys, "frozen", False) == hasattr(sys, "_MEIPASS")


def tour_processes():
    answer = subprocess.run(["/bin/sh", "-c", "echo $0; exit 3"], stdout=subprocess.PIPE, check=False)
    assert (answer.returncode, answer.stdout) == (3, b"/bin/sh\n")
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "file")
        path.write_text("text", encoding="utf-8")
        assert shutil.copy(path, path.with_suffix(".copy")).read_text(encoding="utf-8") == "text"
    caught = []
    signal.signal(signal.SIGUSR1, lambda number, frame: caught.append(number))
    os.kill(os.getpid(), signal.SIGUSR1)
    deadline = time.monotonic() + 10
    while not caught and time.monotonic() < deadline:
        time.sleep(0.001)
    assert caught == [signal.SIGUSR1]


def tour_tkinter():
    import tkinter
    import tkinter.ttk

    assert tkinter.TkVersion >= 8.5
    interpreter = tkinter.Tcl()
    assert interpreter.eval("expr 6*7") == "42"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--skip", action="append", default=[])
    arguments = parser.parse_args()
    assert collections.Counter("aab")["a"] == 2 and unittest.TestCase and socket.AF_INET
    for name, step in list(globals().items()):
        if name.startswith("tour_"):
            name = name.replace("tour_", "", 1)
            if name not in arguments.skip:
                step()
            print(name, "ok", flush=True)
    print("tour complete")


if __name__ == "__main__":
    main()
