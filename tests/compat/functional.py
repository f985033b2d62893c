#!/usr/bin/env python3
"""Runs PyInstaller's functional tests with `freeze` in place of PyInstaller.

    python3 tests/compat/functional.py --python 3.12 --freeze target/release/freeze [TESTS…]

The tests come with PyInstaller's source distribution, from PyPI. They run in a virtual environment that contains
PyInstaller and the small packages they need. This file is also the pytest plugin that replaces the build: each
program is built by `freeze` with the options of its test, in the same mode, and then run as PyInstaller's fixture
does. TESTS are words for pytest: files, node ids relative to `tests/functional`, or options such as `-k symlinks`.
"""

import argparse
import collections
import itertools
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile

VERSION = "6.22.3"
# `setuptools<81` still brings `pkg_resources`.
TOOLS = "setuptools<81 psutil execnet pytest pytest-timeout pytest-xdist pytest-drop-dup-tests lxml xmldiff"
LIBRARIES = (
    "babel django future gevent ipython jinja2 keyring matplotlib numpy pandas pillow pyexcelerate pygments "
    "python-dateutil pytz pyusb requests scapy scipy simplejson six sphinx sqlalchemy twisted tzdata zeep "
    "zope.interface"
)
HERE = pathlib.Path(__file__).resolve()
ROOT = HERE.parents[2]
RUN_TIMEOUT = 60  # seconds
BUILDS_KEPT = 40  # The cache is emptied after so many builds of a worker.
LAST_LINES = 12

# The plugin


def pytest_addoption(parser):
    parser.addoption("--freeze", required=True, help="the binary that builds")
    parser.addoption("--freeze-cache", required=True, help="the folder of its cache")
    parser.addoption("--outcomes", help="where to write the outcomes, as JSON")


def pytest_configure(config):
    # xdist starts the workers, which run the tests; this process collects what became of them.
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Outcomes(config.getoption("--outcomes")))
        return
    import PyInstaller.config
    from PyInstaller.building import build_main
    from PyInstaller.depend import utils
    from PyInstaller.utils import conftest

    # Neither builds nor programs see what brought this plugin in. The home of a worker is emptied after each test.
    os.environ.pop("PYTHONPATH", None)
    os.environ["HOME"] = os.path.join(os.environ["HOME"], config.workerinput["workerid"])
    builder = Builder(config)
    config.pluginmanager.register(builder)
    conftest._EXE_TIMEOUT = RUN_TIMEOUT
    conftest.initialize_modgraph = lambda: None
    # Tests wrap these to change how PyInstaller builds: the wrapped call tells what they ask for.
    build_main.EXE = lambda *options, **keywords: options
    utils._resolveCtypesImports = lambda names: list(PyInstaller.config.CONF["pathex"])
    conftest.AppBuilder._test_building = lambda test, args: builder.build(test, args)
    # A `.toc` file lists entries of PyInstaller's own archive.
    conftest.AppBuilder._examine_executable = lambda test, exe, toc: True


class Builder:
    """Builds by `freeze` what a test would have PyInstaller build."""

    def __init__(self, config):
        self.freeze = config.getoption("--freeze")
        self.environment = {"FREEZE_CACHE_DIR": config.getoption("--freeze-cache")}
        self.search_path = set()
        self.builds = 0

    def pytest_runtest_logstart(self):
        self.search_path = set(sys.path)
        shutil.rmtree(os.environ["HOME"], ignore_errors=True)
        os.makedirs(os.environ["HOME"], exist_ok=True)

    def pytest_runtest_teardown(self, item):
        # What failed leaves its products otherwise.
        shutil.rmtree(item.funcargs.get("tmp_path", ""), ignore_errors=True)

    def build(self, test, args):
        from PyInstaller.building import build_main
        from PyInstaller.depend import utils

        command = [self.freeze, test.script, "-y", "--python", sys.executable, "--distpath", test._dist_dir]
        command += ["--workpath", test._build_dir, "--log-level", "INFO"]
        if not test._is_spec:
            modules = pathlib.Path(test._request.path).resolve().parent / "modules"
            command += ["--debug=bootloader", "--noupx", "--paths", modules]
            command += [f"--{test._mode}"] if test._mode else []
            # PyInstaller builds in this process and searches its path: tests put folders there.
            added = [entry for entry in sys.path if entry not in self.search_path and os.path.isabs(entry)]
            # What an import of setuptools in a test put there is not meant.
            added = [entry for entry in added if not entry.startswith(sys.prefix)]
            added += utils._resolveCtypesImports([])
            command += [word for entry in added for word in ("--paths", entry)]
        # PyInstaller accepts the beginning of an option; `freeze` has an option of that name.
        command += ["--python-option" if word == "--python" else word for word in args]
        options = [name for name, *_ in itertools.chain(*build_main.EXE()) if not name.startswith("pyi-")]
        command += [word for name in options for word in ("--python-option", name)]
        print("[FREEZE]", *command, file=sys.stderr, flush=True)
        environment = {**os.environ, **self.environment}
        self.builds += 1
        if self.builds % BUILDS_KEPT == 0:
            subprocess.run([self.freeze, "cache", "clear", "-q"], env=environment)
        command = [str(word) for word in command]
        done = subprocess.run(command, env=environment, stderr=subprocess.PIPE, text=True, errors="replace")
        print(done.stderr, file=sys.stderr)
        if done.returncode:
            raise SystemExit(done.stderr.strip())
        return True


class Outcomes:
    """Keeps what became of each test."""

    def __init__(self, path):
        self.path = path
        self.tests = {}

    def pytest_runtest_logreport(self, report):
        if report.when != "call" and report.passed:
            return
        name = report.nodeid.split("tests/functional/")[-1]
        if self.tests.get(name, {}).get("outcome") == "failed":
            return
        self.tests[name] = {"outcome": report.outcome, "seconds": round(report.duration, 2)}
        if report.skipped:
            reason = getattr(report, "wasxfail", None) or report.longrepr
            self.tests[name]["reason"] = str(reason[-1] if isinstance(reason, tuple) else reason)
        if report.failed:
            self.tests[name]["reason"] = self.reason(report)

    @staticmethod
    def reason(report):
        """The lines of the error itself, and the end of what the build and the program printed."""
        error = [line for line in report.longreprtext.splitlines() if line.startswith("E ")]
        lines = (error or report.longreprtext.splitlines())[-LAST_LINES:]
        for title, text in report.sections:
            if title.startswith("Captured std"):
                told = [line for line in text.splitlines() if line.strip() and not line.startswith("[freeze]")]
                lines += [f"{title}:", *told[-LAST_LINES:]]
        return "\n".join(lines)

    def pytest_sessionfinish(self):
        if self.path:
            pathlib.Path(self.path).write_text(json.dumps(self.tests, indent=1, sort_keys=True) + "\n")


# The script


def prepare(python, uv, work):
    """Makes the environment and unpacks the source, unless they are there; returns the interpreter and the source."""
    venv, source = work / "venv", work / f"pyinstaller-{VERSION}"
    inside = venv / "bin/python"
    packages = [f"pyinstaller=={VERSION}", *TOOLS.split(), *LIBRARIES.split()]
    if not inside.exists():
        if uv:
            subprocess.run([uv, "venv", "-q", "--python", python, venv], check=True)
            install = [uv, "pip", "install", "-q", "--python", inside]
        else:
            subprocess.run([python, "-m", "venv", venv], check=True)
            install = [inside, "-m", "pip", "install", "-q"]
        subprocess.run([*install, *packages], check=True)
    if not source.exists():
        fetch = [python, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:"]
        subprocess.run([*fetch, "--dest", work, f"pyinstaller=={VERSION}"], check=True)
        with tarfile.open(source.with_name(source.name + ".tar.gz")) as archive:
            archive.extractall(work, filter="data")
        # What is tested is the installed package.
        shutil.rmtree(source / "PyInstaller")
    return inside, source


def summary(tests):
    """A table of the outcomes by file, and the names of the tests that failed."""
    files = collections.defaultdict(collections.Counter)
    for name, test in tests.items():
        files[name.split("::")[0]][test["outcome"]] += 1
    lines = ["| file | passed | failed | skipped |", "|---|---|---|---|"]
    total = collections.Counter()
    for file, counts in sorted(files.items()):
        total.update(counts)
        lines.append(f"| {file} | {counts['passed']} | {counts['failed']} | {counts['skipped']} |")
    lines.append(f"| all | {total['passed']} | {total['failed']} | {total['skipped']} |")
    failed = sorted(name for name, test in tests.items() if test["outcome"] == "failed")
    return "\n".join([*lines, "", *failed])


def main():
    import run

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--python", default="3.12")
    parser.add_argument("--freeze", default=str(ROOT / "target/release/freeze"))
    parser.add_argument("--uv", default=shutil.which("uv"), help="uv, where it is not on PATH")
    parser.add_argument("--work", type=pathlib.Path, help="where to keep the environment and the source")
    parser.add_argument("--json", type=pathlib.Path, help="where to write the outcomes")
    parser.add_argument("--jobs", default="2")
    arguments, tests = parser.parse_known_args()
    with tempfile.TemporaryDirectory(prefix="freeze-functional-") as folder:
        folder = pathlib.Path(folder)
        work = (arguments.work or folder).resolve()
        work.mkdir(parents=True, exist_ok=True)
        python, source = prepare(run.interpreter(arguments.python), arguments.uv, work)
        outcomes = (arguments.json or folder / "outcomes.json").resolve()
        outcomes.unlink(missing_ok=True)
        home = folder / "home"
        home.mkdir()
        environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": home, "PYTHONPATH": HERE.parent}
        place = source / "tests/functional"
        is_test = [(place / word.split("::")[0]).is_file() for word in tests]
        words = [place / word if known else word for word, known in zip(tests, is_test)]
        words += [] if any(is_test) else [place]
        command = [python, "-m", "pytest", "-q", "-p", HERE.stem, "-n", arguments.jobs]
        command += ["--basetemp", folder / "tests"]
        command += ["--freeze", pathlib.Path(arguments.freeze).resolve(), "--freeze-cache", folder / "cache"]
        command += ["--outcomes", outcomes, *words]
        environment = {name: str(value) for name, value in environment.items()}
        subprocess.run([str(word) for word in command], cwd=source, env=environment, stdout=sys.stderr)
        if not outcomes.exists():
            raise SystemExit("pytest wrote no outcomes")
        print(summary(json.loads(outcomes.read_text())))


if __name__ == "__main__":
    main()
