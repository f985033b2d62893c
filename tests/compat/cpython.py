#!/usr/bin/env python3
"""Runs CPython's own regression tests frozen and unfrozen, and prints where they differ.

    python3 tests/compat/cpython.py --python 3.12 --freeze target/release/freeze [TESTS…]

One program is frozen that holds the interpreter's `test` package and runs modules of it by unittest. It runs as the
products of run.py do: moved to another folder, with every Python of the machine covered. Each test counts that passes
unfrozen, with `-I -B`. Needs root and an interpreter whose `test` package is installed.
"""

import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

import run

TESTS = (
    "test_importlib test_pkgutil test_runpy test_inspect test_multiprocessing_spawn test_multiprocessing_forkserver "
    "test_multiprocessing_fork test_concurrent_futures test_subprocess test_threading test_signal test_faulthandler "
    "test_traceback test_zipimport test_sqlite3 test_ssl test_asyncio"
).split()

SCRIPT = '''
import json
import sys
import unittest


class Result(unittest.TextTestResult):
    outcomes = {}

    def note(self, test, outcome):
        self.outcomes[test.id()] = outcome

    def addSuccess(self, test):
        super().addSuccess(test)
        self.note(test, "passed")

    def addError(self, test, error):
        super().addError(test, error)
        self.note(test, "failed")

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self.note(test, "failed")

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.note(test, "skipped")

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error is not None:
            self.note(test, "failed")


if __name__ == "__main__":
    suite = unittest.defaultTestLoader.loadTestsFromName("test." + sys.argv[1])
    unittest.TextTestRunner(resultclass=Result, verbosity=2).run(suite)
    with open(sys.argv[2], "w") as file:
        json.dump(Result.outcomes, file)
'''

SPEC = """
[app]
name = "regression"
entry = "regression.py"

[bundle]
mode = "onefile"

[modules]
include = ["test", "test.**", "_pydecimal", {all}]
files = ["test.**"]
source = ["**"]
exclude = [{exclude}]
collect-data = ["test"]

[runtime]
interpreter = true
"""

DATA = '''
[[data]]
from = "{folder}"
to = "{name}"
'''

# Packages whose modules tests import by computed names.
WHOLE = "asyncio concurrent ctypes curses email encodings importlib json multiprocessing sqlite3 unittest xml"


def frozen(python, freeze, folder):
    """Freezes the program and returns its path, away from the sources."""
    source = folder / "source"
    source.mkdir()
    (source / "regression.py").write_text(SCRIPT)
    where = "import os, test; print(os.path.dirname(test.__file__))"
    test = pathlib.Path(subprocess.check_output([python, "-c", where], text=True).strip())
    # Scripts and packages in folders that are no packages: data for the tests, not modules of the program.
    places = [p for p in sorted(test.rglob("*/")) if p.name != "__pycache__" and not (p / "__init__.py").exists()]
    places = [p for p in places if all((q / "__init__.py").exists() for q in p.parents if q == test or test in q.parents)]
    names = {place: place.relative_to(test.parent).as_posix() for place in places if any(place.rglob("*.py"))}
    data = "".join(DATA.format(folder=place, name=name) for place, name in names.items())
    exclude = ", ".join(f'"{name.replace("/", ".")}.**"' for name in names.values())
    everything = ", ".join(f'"{name}.**"' for name in WHOLE.split())
    (source / "regression.spec").write_text(SPEC.format(all=everything, exclude=exclude) + data)
    command = [freeze, "regression.spec", "--python", python, "-y", "--distpath", folder / "dist"]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    return folder / "dist/regression"


def outcomes(command, name, folder, hidden, timeout):
    """Runs a module of tests; returns test → outcome."""
    home = folder / "home"
    shutil.rmtree(home, ignore_errors=True)
    (home / "tmp").mkdir(parents=True)
    report = folder / "report.json"
    report.unlink(missing_ok=True)
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": home, "TMPDIR": home / "tmp"}
    enter = ["unshare", "-m", "-n", "sh", "-c", run.ENTER, "sh", *hidden, "--"]
    _, _, out, err = run.execute([*enter, *command, name, report], timeout, env=environment, cwd=home)
    if not report.exists():
        run.say(f"{name} did not end: {run.tail(out, err)}")
        return {}
    return json.loads(report.read_text())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tests", nargs="*", default=TESTS)
    parser.add_argument("--python", default="3.12")
    parser.add_argument("--freeze", default=str(run.ROOT / "target/release/freeze"))
    parser.add_argument("--timeout", type=float, default=1800)
    arguments = parser.parse_args()
    python = run.interpreter(arguments.python)
    hidden = [run.ROOT, *run.pythons(python)]
    print("| module | tests that pass unfrozen | of these frozen | |\n|---|---|---|---|")
    total = different = 0
    with tempfile.TemporaryDirectory(prefix="freeze-cpython-") as folder:
        folder = pathlib.Path(folder)
        product = frozen(python, pathlib.Path(arguments.freeze).resolve(), folder)
        script = folder / "source/regression.py"
        for name in arguments.tests:
            expected = outcomes([python, "-I", "-B", script], name, folder, [], arguments.timeout)
            found = outcomes([product], name, folder, [*hidden, folder / "source"], arguments.timeout)
            passed = [test for test, outcome in expected.items() if outcome == "passed"]
            worse = [test for test in passed if found.get(test) != "passed"]
            total, different = total + len(passed), different + len(worse)
            print(f"| {name} | {len(passed)} | {len(passed) - len(worse)} | {', '.join(worse)} |", flush=True)
    print(f"\n{different} of {total} differ: {different / max(total, 1):.2%}")


if __name__ == "__main__":
    sys.exit(main())
