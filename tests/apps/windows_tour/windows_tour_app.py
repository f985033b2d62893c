"""Uses what the standard library has on Windows: native libraries, children, data, and what only Windows has."""

import asyncio
import bz2
import concurrent.futures
import ctypes
import ctypes.wintypes
import datetime
import decimal
import hashlib
import http.server
import importlib.metadata
import importlib.resources
import inspect
import io
import json
import locale
import logging
import lzma
import msvcrt
import multiprocessing
import os
import pathlib
import pickle
import shutil
import socket
import sqlite3
import ssl
import subprocess
import sys
import tempfile
import threading
import traceback
import unicodedata
import urllib.request
import uuid
import winreg
import xml.etree.ElementTree
import zipfile
import zlib
import zoneinfo

# Unfrozen it is the folder of the script.
ROOT = getattr(sys, "_MEIPASS", os.path.dirname(os.path.abspath(__file__)))


def square(n):
    return n * n


def child(queue, n):
    queue.put((n, os.getpid(), sys.argv[1:], __name__))


def tour_ssl():
    context = ssl.create_default_context()
    assert context.get_ciphers()
    left, right = ssl.MemoryBIO(), ssl.MemoryBIO()
    peer = context.wrap_bio(left, right, server_hostname="localhost")
    try:
        peer.do_handshake()
    except ssl.SSLWantReadError:
        pass
    assert right.read()[:1] == b"\x16"


def tour_sqlite3():
    with tempfile.TemporaryDirectory() as folder:
        db = sqlite3.connect(os.path.join(folder, "żółw.db"))
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
    kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
    assert kernel32.GetCurrentProcessId() == os.getpid()
    kernel32.GetModuleFileNameW.argtypes = [ctypes.c_void_p, ctypes.wintypes.LPWSTR, ctypes.wintypes.DWORD]
    name = ctypes.create_unicode_buffer(1000)
    kernel32.GetModuleFileNameW(None, name, 1000)
    assert os.path.samefile(name.value, sys.executable), (name.value, sys.executable)
    assert kernel32.CloseHandle(ctypes.c_void_p(0x7FFFFFF0)) == 0 and ctypes.get_last_error() == 6
    msvcrt_ = ctypes.CDLL("msvcrt")
    callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))
    values = (ctypes.c_int * 3)(3, 1, 2)
    msvcrt_.qsort(values, 3, ctypes.sizeof(ctypes.c_int), callback(lambda a, b: a[0] - b[0]))
    assert list(values) == [1, 2, 3]
    assert ctypes.pythonapi.Py_IsInitialized() == 1


def tour_windows():
    with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"Software\Microsoft\Windows NT\CurrentVersion") as key:
        assert winreg.QueryValueEx(key, "CurrentVersion")[0]
    assert msvcrt.get_osfhandle(1) != -1
    assert os.path.isdir(os.environ["SYSTEMROOT"])
    assert sys.getwindowsversion().major >= 6 and sys.platform == "win32" and os.name == "nt"
    assert os.sep == "\\" and "\\" in sys.executable and ":" in sys.executable
    assert "/" not in ROOT and "/" not in __file__, (ROOT, __file__)
    assert sys.dllhandle


def tour_asyncio():
    async def run():
        process = await asyncio.create_subprocess_exec(
            os.environ["COMSPEC"], "/c", "echo hi", stdout=asyncio.subprocess.PIPE
        )
        out, _ = await process.communicate()

        async def serve(reader, writer):
            writer.write((await reader.readline()).upper())
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(b"hello\n")
        answer = await reader.readline()
        writer.close()
        server.close()
        results = await asyncio.gather(*(asyncio.sleep(0.001, n) for n in range(3)))
        in_thread = await asyncio.get_running_loop().run_in_executor(None, square, 4)
        return out.strip(), answer, results, in_thread

    assert asyncio.run(run()) == (b"hi", b"HELLO\n", [0, 1, 2], 16)


def tour_children():
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        assert list(pool.map(square, range(4))) == [0, 1, 4, 9]
    queue = multiprocessing.Queue()
    process = multiprocessing.Process(target=child, args=(queue, "spawn"))
    process.start()
    name, pid, argv, module = queue.get(timeout=60)
    process.join(60)
    assert process.exitcode == 0
    assert (name, pid, argv) == ("spawn", process.pid, sys.argv[1:]), (name, argv)
    assert module in ("__main__", "__mp_main__"), module
    left, right = multiprocessing.Pipe()
    process = multiprocessing.Process(target=child, args=(Sending(right), "pipe"))
    process.start()
    assert left.recv()[0] == "pipe"
    process.join(60)
    again = subprocess.run([sys.executable, "--again", "żółw"], stdout=subprocess.PIPE, check=True)
    assert json.loads(again.stdout) == ["--again", "żółw"]


class Sending:
    """What looks like a queue, and sends."""

    def __init__(self, end):
        self.end = end

    def put(self, what):
        self.end.send(what)


def tour_zoneinfo():
    berlin = zoneinfo.ZoneInfo("Europe/Berlin")
    summer = datetime.datetime(2024, 7, 1, 12, tzinfo=berlin)
    assert summer.utcoffset() == datetime.timedelta(hours=2)


def tour_text():
    assert unicodedata.name("é") == "LATIN SMALL LETTER E WITH ACUTE"
    for codec in "latin-1", "cp1252", "utf-16", "shift_jis", "big5", "gb18030", "euc_kr", "idna", "punycode", "mbcs":
        assert "abc".encode(codec).decode(codec) == "abc", codec
    assert sys.getfilesystemencoding() == "utf-8"
    locale.setlocale(locale.LC_ALL, "C")
    assert str(decimal.Decimal(1) / 8) == "0.125"
    root = xml.etree.ElementTree.fromstring("<a><b>text</b></a>")
    assert root.find("b").text == "text"
    assert uuid.UUID(int=uuid.uuid4().int).version == 4
    assert hashlib.sha256(b"").hexdigest().startswith("e3b0c442")
    assert hashlib.scrypt(b"p", salt=b"s", n=2, r=8, p=1, dklen=4)


def tour_network():
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"served")

        def log_message(self, *_):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.handle_request).start()
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    assert opener.open("http://127.0.0.1:%d/" % server.server_port, timeout=30).read() == b"served"
    server.server_close()
    assert socket.gethostname()


def tour_files():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="folder with spaces żółw "))
    (folder / "a.txt").write_text("text", encoding="utf-8")
    assert [p.name for p in folder.glob("*.txt")] == ["a.txt"]
    shutil.rmtree(folder)
    assert not folder.exists()
    assert pickle.loads(pickle.dumps(square)) is square


def tour_imports():
    assert importlib.metadata.version("tzdata")
    zones = importlib.resources.files("tzdata.zoneinfo").joinpath("UTC").read_bytes()
    assert "Paris" in {f.name for f in importlib.resources.files("tzdata.zoneinfo").joinpath("Europe").iterdir()}
    assert zones.startswith(b"TZif")
    assert os.path.isabs(__file__) and __file__.startswith(ROOT)
    assert inspect.signature(square).parameters
    try:
        raise ValueError("told")
    except ValueError:
        assert "windows_tour_app.py" in traceback.format_exc() and "told" in traceback.format_exc()


def main():
    if sys.argv[1:2] == ["--again"]:
        print(json.dumps(sys.argv[1:]))
        return
    logging.basicConfig(level=logging.INFO, stream=io.StringIO())
    for name, tour in list(globals().items()):
        if name.startswith("tour_"):
            logging.info(name)
            tour()
            print(name[5:], flush=True)


if __name__ == "__main__":
    main()
