#!/usr/bin/env python3
"""Measures desktop programs and programs with large libraries against PyInstaller and cx_Freeze, in one run on one machine.

    python3 tests/bench/desktop.py --python python3.12 --freeze target/release/freeze [--json FILE] [NAMES…]

Each program in tests/bench/desktop names its packages in a PEP 723 header and gets a virtual environment. It is frozen by each
tool in each form, moved, and started in Xvfb until its window is there: from a new cache, and again. The picture of the screen
must be that of the unfrozen program, pixel by pixel. Programs without a window run to their end. Needs Xvfb, xwininfo and xwd
(Debian: packages `xvfb`, `x11-apps` and `x11-utils`). Programs that name Debian packages use
Debian's Python. The script imports only the standard library.
"""

import argparse
import contextlib
import json
import os
import pathlib
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib

PROGRAMS = pathlib.Path(__file__).resolve().parent / "desktop"
TOOLS = ["freeze onefile", "freeze onedir", "pyinstaller onefile", "pyinstaller onedir", "cx_freeze"]
PEERS = ["pyinstaller", "pyinstaller-hooks-contrib", "cx_Freeze"]
TITLE = "bench"
PATIENCE = 120


def say(*words):
    print(*words, file=sys.stderr, flush=True)


class Failure(Exception):
    """A step that failed, with the end of what it printed."""


def run(command, **options):
    """Runs a command that must succeed; returns the seconds it took."""
    begun = time.perf_counter()
    done = subprocess.run(
        [str(c) for c in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, **options
    )
    if done.returncode:
        raise Failure(f"{pathlib.Path(str(command[0])).name} failed: {done.stdout.decode(errors='replace')[-1500:]}")
    return time.perf_counter() - begun


def size(product):
    if product.is_file():
        return product.stat().st_size
    return sum(p.lstat().st_size for p in product.rglob("*") if p.is_file() or p.is_symlink())


@contextlib.contextmanager
def screen():
    """A display of its own for each start, which no other program on the machine takes for free. It does not start anew when `xwininfo`
    was its only client, or the program's connection may be lost."""
    reader, writer = os.pipe()
    command = ["Xvfb", f":{random.randrange(100, 30000)}", "-displayfd", str(writer), "-screen", "0", "640x480x24", "-nolisten", "tcp", "-noreset"]
    server = subprocess.Popen(command, pass_fds=[writer], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(writer)
    try:
        with open(reader) as answer:
            yield f":{answer.readline().strip()}"
    finally:
        server.kill()
        server.wait()


def memory(pid):
    """Resident and proportional memory of a process and all below it, in bytes."""
    children = {}
    for status in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = status.read_text().rsplit(")", 1)[1].split()
            children.setdefault(int(fields[1]), []).append(int(status.parent.name))
    todo, rss, pss = [pid], 0, 0
    while todo:
        one = todo.pop()
        todo += children.get(one, [])
        with contextlib.suppress(OSError):
            text = pathlib.Path(f"/proc/{one}/smaps_rollup").read_text()
            rss += int(re.search(r"^Rss:\s+(\d+)", text, re.M)[1]) * 1024
            pss += int(re.search(r"^Pss:\s+(\d+)", text, re.M)[1]) * 1024
    return rss, pss


class Bench:
    def __init__(self, arguments):
        self.arguments = arguments
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="freeze-desktop-"))
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "FREEZE_", "VIRTUAL", "QT_"))}
        # Xvfb has no graphics card.
        graphics = {"LIBGL_ALWAYS_SOFTWARE": "1", "QT_QUICK_BACKEND": "software"}
        self.environment |= {"XDG_CACHE_HOME": str(self.work / "cache"), "LC_ALL": "C.UTF-8", **graphics}

    def venv(self, name, packages, debian):
        """A virtual environment: of Debian's Python, which sees its packages, if the program needs them."""
        folder = self.work / "venvs" / name
        if debian:
            run(["dpkg", "-s", *debian])
            run(["/usr/bin/python3", "-m", "venv", "--system-site-packages", folder])
        else:
            run([self.arguments.python, "-m", "venv", folder])
        run([folder / "bin/python", "-m", "pip", "install", "-q", "--disable-pip-version-check", *packages, *PEERS])
        return folder

    def build(self, tool, name, venv, script):
        folder = self.work / "build" / name / tool.replace(" ", "-")
        folder.mkdir(parents=True)
        form = tool.split()[-1]
        paths = ["--distpath", folder / "dist", "--workpath", folder / "work"]
        if tool.startswith("freeze"):
            command = [self.arguments.freeze.resolve(), f"--{form}", script, "--name", name, "--python", venv, "-y", *paths]
        elif tool.startswith("pyinstaller"):
            command = [venv / "bin/pyinstaller", f"--{form}", script, "--name", name, "--noconfirm", "--specpath", folder, *paths]
        else:
            command = [venv / "bin/cxfreeze", "--script", script, "--target-name", name, "--target-dir", folder / "dist"]
        caches = {"FREEZE_CACHE_DIR": str(folder / "cache"), "PYINSTALLER_CONFIG_DIR": str(folder / "cache")}
        took = run(command, env={**self.environment, **caches}, cwd=script.parent)
        product = folder / "dist" if tool == "cx_freeze" else folder / "dist" / name
        moved = self.work / "moved" / name / tool.replace(" ", "-")
        moved.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(product, moved)
        shutil.rmtree(folder)
        return took, moved, moved if moved.is_file() else moved / name

    def start(self, command, has_window, cache):
        """Seconds until the window is there (or the end), the picture, and the memory."""
        environment = {**self.environment, "FREEZE_APP_CACHE_DIR": str(cache)}
        if not has_window:
            return run(command, env=environment), None, (None, None)
        with screen() as display:
            environment["DISPLAY"] = display
            begun = time.perf_counter()
            process = subprocess.Popen(
                [str(c) for c in command], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
            )
            try:
                tell = ["xwininfo", "-display", display, "-name", TITLE]
                while b"IsViewable" not in subprocess.run(tell, capture_output=True, check=False).stdout:
                    if process.poll() is not None or time.perf_counter() - begun > PATIENCE:
                        raise Failure(f"no window; ended with {process.poll()}")
                    time.sleep(0.005)
                took = time.perf_counter() - begun
                # A picture that no longer changes.
                last, end = None, time.monotonic() + 10
                while time.monotonic() < end:
                    time.sleep(0.5)
                    seen = subprocess.run(["xwd", "-display", display, "-root", "-silent"], capture_output=True, check=True).stdout
                    if seen == last:
                        break
                    last = seen
                return took, last, memory(process.pid)
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def product(self, tool, name, venv, script, has_window, unfrozen):
        result = {}
        try:
            result["build"], product, executable = self.build(tool, name, venv, script)
            result["size"] = size(product)
            caches = [self.work / "caches" / f"{name}-{i}" for i in range(self.arguments.runs)]
            result["first"] = statistics.median(self.start([executable], has_window, cache)[0] for cache in caches)
            starts = [self.start([executable], has_window, caches[0]) for _ in range(self.arguments.runs)]
            result["start"] = statistics.median(took for took, _, _ in starts)
            result["rss"], result["pss"] = starts[-1][2]
            result["same"] = None if unfrozen is None else starts[-1][1] == unfrozen
        except Failure as failure:
            result["error"] = str(failure)
        shutil.rmtree(self.work / "moved" / name, ignore_errors=True)
        shutil.rmtree(self.work / "caches", ignore_errors=True)
        return result

    def program(self, path):
        name, text = path.stem, path.read_text()
        header = tomllib.loads("\n".join(line[2:] for line in text.partition("# ///\n\"")[0].splitlines() if not line.startswith("# ///")))
        packages, debian = header["dependencies"], header.get("debian", [])
        has_window = f'"{TITLE}"' in text
        script = self.work / "src" / name / f"{name}_app.py"
        script.parent.mkdir(parents=True)
        shutil.copy(path, script)
        say(f"{name}: installing", *packages)
        venv = self.venv(name, packages, debian)
        python = [venv / "bin/python", "-X", "utf8", script]
        self.start(python, has_window, self.work)
        took, picture, (rss, pss) = self.start(python, has_window, self.work)
        results = {"python": {"start": took, "rss": rss, "pss": pss}}
        for tool in TOOLS:
            results[tool] = self.product(tool, name, venv, script, has_window, picture)
            say(f"  {tool}:", results[tool])
        shutil.rmtree(venv)
        return results


def table(results):
    """A row for each program and tool."""
    lines = ["| program | tool | size | build | first start | start | RSS | PSS | picture |", "|---|---|---|---|---|---|---|---|---|"]

    def cell(result, key, unit):
        value = result.get(key)
        return "–" if value is None else f"{value / 1e6:.1f} MB" if unit == "MB" else f"{value:.2f} s"

    for name, tools in results.items():
        for tool, result in tools.items():
            same = {True: "same", False: "**differs**"}.get(result.get("same"), "–")
            cells = [cell(result, k, u) for k, u in [("size", "MB"), ("build", "s"), ("first", "s"), ("start", "s"), ("rss", "MB"), ("pss", "MB")]]
            note = result["error"].splitlines()[0][:60] if "error" in result else same
            lines.append(f"| {name} | {tool} | " + " | ".join([*cells, note]) + " |")
    return "\n".join(lines) + "\n"


def goals(results):
    """Ratios against PyInstaller: what is reached, and what is allowed."""
    found = []
    for name, tools in results.items():
        for form in "onefile", "onedir":
            ours, theirs = tools.get(f"freeze {form}", {}), tools.get(f"pyinstaller {form}", {})
            for key, most in ("size", 0.6 if "qt" in name or "pyside" in name else 1.0), ("first", 1.0), ("start", 1.0):
                if ours.get(key) and theirs.get(key):
                    found.append((f"{key} of {name}, {form}", ours[key] / theirs[key], most))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="programs to measure (default: all)")
    parser.add_argument("--python", default="python3.12", help="interpreter to freeze (default: python3.12)")
    parser.add_argument("--freeze", type=pathlib.Path, default=pathlib.Path("target/release/freeze"), help="the freeze to measure")
    parser.add_argument("--runs", type=int, default=3, help="starts of each kind (default: 3)")
    parser.add_argument("--json", type=pathlib.Path, help="write the numbers to this file")
    arguments = parser.parse_args()
    for tool in ["Xvfb", "xwininfo", "xwd", arguments.python]:
        if not shutil.which(tool):
            parser.error(f"`{tool}` was not found on PATH")
    bench, results = Bench(arguments), {}
    try:
        for path in sorted(PROGRAMS.glob("*.py")):
            if not arguments.names or path.stem in arguments.names:
                try:
                    results[path.stem] = bench.program(path)
                except Failure as failure:
                    say(f"{path.stem}: {failure}")
    finally:
        shutil.rmtree(bench.work, ignore_errors=True)
    print(table(results))
    missed = 0
    for name, ratio, most in goals(results):
        missed += ratio > most
        print(f"{'met   ' if ratio <= most else 'MISSED'} {ratio:.3f} (at most {most}): {name}, freeze / PyInstaller")
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=1) + "\n")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
