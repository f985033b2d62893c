"""Starts an application as its user would: by a command, in a terminal, on a screen, or as a server that is asked."""

import contextlib
import fcntl
import http.server
import os
import pathlib
import pty
import re
import select
import signal
import socket
import struct
import subprocess
import termios
import threading
import time
import urllib.error
import urllib.request

APPLICATIONS = {}
PATIENCE = 60
# Colours of an empty window.
FEW = 8


class Application:
    def __init__(self, name, entry, packages, files, function):
        self.name, self.entry, self.packages, self.files, self.function = name, entry, packages, files, function


def application(name, packages, entry=None, files=None):
    """Makes a function the use of an application: of a console script, or of a script in a folder beside this file."""

    def note(function):
        APPLICATIONS[name] = Application(name, entry or name, packages, files, function)
        return function

    return note


class Use:
    """An application in use: how it is started, and the folder it works in."""

    def __init__(self, command, enter, hide, picture=None):
        self.command, self.enter, self.hide, self.picture = command, enter, hide, picture
        self.servers = []

    def __enter__(self):
        return self

    def __exit__(self, *raised):
        for server in self.servers:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGKILL)
            server.wait()
            if raised[0]:
                print(self.log(server))

    def line(self, arguments, visible):
        hide = [path for path in self.hide if not visible or not path.startswith(visible)]
        return [*self.enter, *hide, "--", *self.command, *map(str, arguments)]

    def __call__(self, *arguments, code=0, visible=None, **environment):
        """Starts it; returns what it printed. What lies below `visible` is not hidden."""
        done = subprocess.run(
            self.line(arguments, visible),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, **environment},
            timeout=150,
        )
        text = done.stdout.decode(errors="replace")
        assert done.returncode == code, f"{arguments} ended with {done.returncode}, expected {code}\n{text[-3000:]}"
        return text

    def serve(self, *arguments, **environment):
        """Starts it and leaves it running."""
        log = open("server.log", "wb")
        server = subprocess.Popen(
            self.line(arguments, None),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, **environment},
            start_new_session=True,
        )
        os.rename("server.log", f"server-{server.pid}.log")
        self.servers.append(server)

    def log(self, server):
        return pathlib.Path(f"server-{server.pid}.log").read_text(errors="replace")[-3000:]

    def terminal(self, arguments, *steps, code=0, **environment):
        """Starts it in a terminal. Each step is a text to wait for and keys to type; returns what it printed."""
        controller, terminal = pty.openpty()
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        process = subprocess.Popen(
            self.line(arguments, None),
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            env={**os.environ, "TERM": "xterm-256color", **environment},
            start_new_session=True,
            # Shells and programs with job control ask for a terminal of their own.
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(terminal)
        printed, seen = b"", 0
        try:
            for wanted, keys in steps:
                while wanted not in plain(printed[seen:]):
                    new = answered(controller)
                    assert new, f"no `{wanted}`\n{plain(printed)[-3000:]}"
                    printed += new
                seen = len(printed)
                time.sleep(0.5)
                os.write(controller, keys.encode())
            while new := answered(controller):
                printed += new
            ended = process.wait(PATIENCE)
            assert ended == code, f"ended with {ended}, expected {code}\n{plain(printed)[-3000:]}"
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            os.close(controller)
        return plain(printed)

    def window(self, title, *arguments, keys=(), differing=0.01, **environment):
        """Starts it on a screen of its own, waits for a window, and compares the screen with that of the unfrozen one.

        Keys are typed one after the other, each once the screen has settled.
        """
        reader, writer = os.pipe()
        command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1280x800x24", "-nolisten", "tcp", "-noreset"]
        screen = subprocess.Popen(command, pass_fds=[writer], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(writer)
        try:
            with open(reader) as answer:
                on = {**os.environ, "DISPLAY": f":{answer.readline().strip()}"}
            pathlib.Path(os.environ["HOME"], ".config").mkdir(exist_ok=True)
            self.serve(*arguments, DISPLAY=on["DISPLAY"], LIBGL_ALWAYS_SOFTWARE="1", **environment)
            server, end = self.servers[-1], time.monotonic() + PATIENCE
            while not re.search(title, run_on(on, "xwininfo", "-root", "-tree").decode(errors="replace")):
                assert time.monotonic() < end and server.poll() is None, f"no window `{title}`"
                time.sleep(0.2)
            for key in keys:
                settled(on, server)
                run_on(on, "xdotool", "search", "--onlyvisible", "--name", ".", "windowfocus", "%@")
                run_on(on, "xdotool", "key" if key.istitle() and len(key) > 1 else "type", key)
            seen = settled(on, server)
        finally:
            for server in self.servers:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(server.pid, signal.SIGKILL)
            screen.kill()
            screen.wait()
        assert colours(seen) > FEW, f"the screen has {colours(seen)} colours only"
        if not self.hide:
            self.picture.write_bytes(seen)
        expected = self.picture.read_bytes()
        self.share = sum(a != b for a, b in zip(pixels(seen), pixels(expected))) / len(pixels(seen))
        if self.hide:
            self.picture.with_suffix(".frozen").write_bytes(seen)
            print(f"{self.share:.4%} of the pixels differ")
        assert self.share <= differing, f"{self.share:.2%} of the pixels differ"

    def fetch(self, url, data=None, method=None, **headers):
        """Asks a server, which may have to start first."""
        end = time.monotonic() + PATIENCE
        request = urllib.request.Request(url, data, headers, method=method)
        while True:
            try:
                with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                    return answer.read().decode(errors="replace")
            except urllib.error.HTTPError:
                raise
            except OSError:
                if time.monotonic() > end or any(server.poll() is not None for server in self.servers):
                    raise
                time.sleep(0.1)


def plain(printed):
    """What a program wrote to a terminal, without the sequences that move the cursor or change colours."""
    text = printed.decode(errors="replace")
    return re.sub(r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|[()][A-Z0-9]|[=>78cM])", "", text)


def answered(controller):
    """The next output in a terminal; nothing if that has ended or stays silent."""
    if not select.select([controller], [], [], PATIENCE)[0]:
        return b""
    try:
        new = os.read(controller, 65536)
    except OSError:
        return b""
    # What a terminal says when it is asked where its cursor is.
    if b"\x1b[6n" in new:
        os.write(controller, b"\x1b[1;1R")
    return new


def run_on(environment, *command):
    """What a command prints on a screen; errors do not count, since windows come and go."""
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=PATIENCE)
    return done.stdout


def settled(environment, server):
    """The screen as raw pixels: once it shows something and stays the same for two seconds, or after a while."""
    end, before, same = time.monotonic() + PATIENCE, None, 0
    while True:
        seen = run_on(environment, "import", "-window", "root", "-depth", "8", "rgb:-")
        same = same + 1 if seen == before and colours(seen) > FEW else 0
        assert server.poll() is None, f"ended with {server.poll()}"
        if same == 4 or time.monotonic() > end:
            return seen
        before = seen
        time.sleep(0.5)


def colours(picture):
    return len(set(pixels(picture)))


def pixels(picture):
    return [picture[at : at + 3] for at in range(0, len(picture), 3)]


def write(name, text):
    path = pathlib.Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def read(name):
    return pathlib.Path(name).read_text()


def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def serving(answers):
    """Serves texts by path on the loopback; gives the address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = answers.get(self.path)
            self.send_response(200 if body is not None else 404)
            kind = "image/png" if self.path.endswith(".png") else "text/plain"
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        do_HEAD = do_GET

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
