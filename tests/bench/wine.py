#!/usr/bin/env python3
"""Measures programs for Windows in wine against PyInstaller in the same wine: start, build and size.

    python3 tests/bench/wine.py [--freeze target/release/freeze] [--freeze-exe FILE] [--readme docs/reference/targets.md]

Needs wine64 and mingw-w64 (Debian), a Python 3.11 of this machine, the launcher for Windows in `target/launchers` and the pieces
of `tests/pieces.py`. PyInstaller comes from PyPI into a copy of that Python. freeze builds from this machine, and, where a
`freeze.exe` is given, in wine as well. Starts are taken by turns, with a server of wine that stays: they are ratios of one
machine, not what Windows would need.
"""

import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PYTHON = ROOT / "target" / "pieces" / "windows-full-3.11" / "cp311"
WINE = "/usr/lib/wine/wine64"
SERVER = "/usr/lib/wine/wineserver64"
PROGRAMS = {
    "hello": ("print('hello')\n", []),
    # Versions from 2.0 on do not even start in wine 8.
    "numpy+pandas": (
        "import numpy, pandas\nprint(pandas.DataFrame({'a': numpy.arange(3)})['a'].sum())\n",
        ["numpy==1.26.4", "pandas<3", "tzdata"],
    ),
}
RANDOM = """#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE bytes, SIZE_T n) { return SystemFunction036(bytes, (ULONG)n); }
"""


def say(*words):
    print(*words, file=sys.stderr, flush=True)


class Wine:
    """A prefix of wine with a server that stays until the end."""

    def __init__(self, folder):
        self.environment = dict(os.environ, WINEPREFIX=str(folder / "prefix"), WINEARCH="win64", WINEDEBUG="-all")
        for name in ("DISPLAY", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"):
            self.environment.pop(name, None)
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        (folder / "prefix").mkdir()
        subprocess.run([SERVER, "-p"], env=self.environment, check=True, **quiet)
        subprocess.run([WINE, "wineboot", "-i"], env=self.environment, check=True, **quiet)
        library = folder / "prefix" / "drive_c" / "windows" / "system32" / "bcryptprimitives.dll"
        if not library.exists():
            source = folder / "random.c"
            source.write_text(RANDOM)
            subprocess.run(["x86_64-w64-mingw32-gcc", "-shared", "-o", library, source, "-ladvapi32"], check=True)

    def run(self, *command, folder=None, **variables):
        """Runs a program and returns the seconds it took and what it printed; wine 8 does without files as streams only."""
        environment = dict(self.environment, **variables)
        # A program that starts itself again does so by the name that it was started with.
        paths = (isinstance(word, pathlib.PurePath) or word.startswith("/") for word in command)
        command = ["Z:" + str(word).replace("/", "\\") if is_path else word for is_path, word in zip(paths, command)]
        begun = time.monotonic()
        running = subprocess.Popen(
            [WINE, *command], cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        # Not until the end of the stream: wine's explorer, which the first window starts, keeps it for ten seconds more.
        printed = []
        reader = threading.Thread(target=lambda: printed.extend(iter(lambda: running.stdout.read1(), b"")), daemon=True)
        reader.start()
        code = running.wait()
        took = time.monotonic() - begun
        reader.join(0.5)
        text = b"".join(printed).decode(errors="replace")
        if code:
            raise SystemExit("%s failed (%d):\n%s" % (command, code, text))
        return took, text

    def end(self):
        subprocess.run([SERVER, "-k"], env=self.environment)


def size(product):
    files = [product] if product.is_file() else [f for f in product.rglob("*") if f.is_file()]
    return sum(f.stat().st_size for f in files)


def install(python, compiler, requirements):
    """Puts packages for Windows beside a copy of its Python."""
    subprocess.run(
        [compiler, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--target", python / "Lib" / "site-packages",
         "--platform", "win_amd64", "--python-version", "3.11", "--implementation", "cp", "--only-binary=:all:", "--upgrade",
         *requirements],
        check=True,
    )


def measure(arguments, wine, work, name):
    source, requirements = PROGRAMS[name]
    folder = work / name
    folder.mkdir()
    python = folder / "python"
    shutil.copytree(PYTHON, python)
    if requirements:
        install(python, arguments.compiler, requirements)
    plain = folder / "plain"
    shutil.copytree(python, plain)
    # What only Windows needs of it is behind markers that pip decides for the machine it runs on.
    install(python, arguments.compiler, ["pyinstaller", "pywin32-ctypes", "pefile"])
    app = folder / "app"
    app.mkdir()
    (app / "app.py").write_text(source)
    products, rows = {}, {}
    builders = {
        "PyInstaller": lambda form: wine.run(
            python / "python.exe", "-m", "PyInstaller", "-y", "--clean", "--log-level=ERROR", "--" + form, "--name", form,
            "app.py", folder=app)[0],
        "freeze": lambda form: cross(arguments, plain, app, form, work / "cache"),
    }
    if arguments.freeze_exe:
        builders["freeze.exe"] = lambda form: native(arguments, wine, plain, app, form, work / "cache-exe")
    for builder, build in builders.items():
        for form in ("onefile", "onedir"):
            say(name, builder, form)
            for cache in ("cache", "cache-exe"):
                shutil.rmtree(work / cache, ignore_errors=True)
            shutil.rmtree(app / "dist", ignore_errors=True)
            row = rows.setdefault((builder, form), {})
            row["build, empty cache"] = build(form)
            with open(app / "app.py", "a") as file:
                file.write("# %s\n" % builder)
            row["build after an edit"] = build(form)
            made = app / "dist" / form
            made = made if made.is_dir() else made.with_suffix(".exe")
            product = folder / ("%s-%s%s" % (builder, form, made.suffix))
            made.rename(product)
            row["size"] = size(product)
            products[builder, form] = product / (form + ".exe") if product.is_dir() else product
    commands = {("python -I", ""): [plain / "python.exe", "-I", app / "app.py"]}
    commands.update({key: [exe] for key, exe in products.items()})
    for command in commands.values():
        wine.run(*command, folder=folder)
    times = {key: [] for key in commands}
    for _ in range(arguments.rounds):
        for key, command in commands.items():
            times[key].append(wine.run(*command, folder=folder)[0])
    for key, taken in times.items():
        rows.setdefault(key, {})["start"] = statistics.median(taken)
    return rows


def cross(arguments, python, app, form, cache):
    command = [arguments.freeze, "app.py", "-y", "-q", "--target", "windows-x86_64", "--" + form, "--name", form]
    path = os.pathsep.join([os.path.dirname(arguments.compiler), os.environ["PATH"]])
    environment = dict(os.environ, FREEZE_LAUNCHERS=str(ROOT / "target" / "launchers"), FREEZE_CACHE_DIR=str(cache), PATH=path)
    begun = time.monotonic()
    subprocess.run([*command, "--python", python], cwd=app, env=environment, check=True)
    return time.monotonic() - begun


def native(arguments, wine, python, app, form, cache):
    command = [arguments.freeze_exe, "app.py", "-y", "-q", "--" + form, "--name", form, "--python", python / "python.exe"]
    return wine.run(*command, folder=app, FREEZE_CACHE_DIR="Z:" + str(cache).replace("/", "\\"))[0]


def markdown(results):
    lines = []
    for name, rows in results.items():
        lines += ["| %s | start | build, empty cache | build after an edit | size |" % name, "|---|---|---|---|---|"]
        for (builder, form), row in rows.items():
            cells = [
                "%.0f ms" % (row["start"] * 1e3),
                *("%.2f s" % row[key] if key in row else "–" for key in ("build, empty cache", "build after an edit")),
                "%.1f MB" % (row["size"] / 1e6) if "size" in row else "–",
            ]
            lines.append("| %s | %s |" % (" ".join([builder, form]).strip(), " | ".join(cells)))
        lines.append("")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--freeze", type=os.path.abspath, default=ROOT / "target" / "release" / "freeze")
    parser.add_argument("--freeze-exe", type=os.path.abspath)
    parser.add_argument("--compiler", default=shutil.which("python3.11"), help="a Python 3.11 of this machine")
    parser.add_argument("--programs", nargs="*", choices=list(PROGRAMS), help="only these")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--readme", type=pathlib.Path, help="a document to put the tables into")
    arguments = parser.parse_args()
    if not arguments.compiler:
        raise SystemExit("there is no python3.11 in PATH: name one with --compiler")
    work = pathlib.Path(tempfile.mkdtemp(prefix="freeze-bench-"))
    wine = Wine(work)
    try:
        results = {name: measure(arguments, wine, work, name) for name in arguments.programs or PROGRAMS}
    finally:
        wine.end()
        shutil.rmtree(work, ignore_errors=True)
    table = markdown(results)
    print(table)
    if arguments.readme:
        text = arguments.readme.read_text()
        begin, end = "<!-- wine:begin -->\n", "<!-- wine:end -->"
        head, rest = text.split(begin)
        arguments.readme.write_text(head + begin + table + end + rest.split(end)[1])


if __name__ == "__main__":
    main()
