#!/usr/bin/env python3
"""Freezes every program of the compatibility corpus and runs the products with Python hidden.

    python3 tests/compat/run.py --python 3.12 --freeze target/release/freeze [NAMES…]

Each program in tests/compat/programs names its packages in a PEP 723 header. It gets a virtual environment of its own
(by uv, or by pip where uv is missing), runs unfrozen first, is frozen without options in each mode, is moved to another
folder, and runs there in a mount namespace in which every Python of the machine, the environment, the sources and this
repository are covered, without a network but the loopback. It passes if it ends with code 0 and the line `ok`.
Needs root (or the right to make namespaces). The standard library is all that this script imports.
"""

import argparse
import concurrent.futures
import contextlib
import json
import os
import pathlib
import platform
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = pathlib.Path(__file__).resolve().parent / "programs"
HEADER = re.compile(r"(?m)^# /// script\s*$\n(?P<body>(?:^#(?: .*)?$\n)+?)^# ///\s*$")
# Covers each path up to `--`, brings the loopback up, and becomes the command that follows.
ENTER = """
while [ "$1" != -- ]; do
  if [ -d "$1" ]; then mount -t tmpfs -o size=64k,mode=755 tmpfs "$1" || exit 125
  elif [ -e "$1" ]; then mount --bind /dev/null "$1" || exit 125; fi
  shift
done
shift
ip link set lo up 2>/dev/null || ifconfig lo up || exit 125
exec "$@"
"""
SYSTEM_PYTHON = "/usr/bin/python3"
PEER = "pyinstaller onefile"
WITHOUT_RULES = "onefile without rules"
LAST_LINES = 25


def say(*words):
    print(*words, file=sys.stderr, flush=True)


class Failure(Exception):
    """A step that failed; its text is the end of what the step printed."""


class Header:
    """What a program says about itself in its header; docs/contributing/testing.md lists the keys."""

    def __init__(self, text=None):
        found = text is not None and HEADER.search(text)
        if text is not None and not found:
            raise Failure("the program has no `# /// script` header")
        self.body = "".join(line[2:] + "\n" for line in found["body"].splitlines()) if found else ""
        self.packages = self.strings("dependencies")
        self.debian = self.strings("debian")
        self.hidden = [pathlib.Path(p) for p in self.strings("hide")]
        self.is_large = self.flag("large")
        self.has_screen = self.flag("screen")
        self.is_strict = self.flag("strict")

    def strings(self, key):
        found = re.search(rf"^{key}\s*=\s*\[(.*?)\]\s*$", self.body, re.DOTALL | re.MULTILINE)
        return re.findall(r'"([^"]+)"', found[1]) if found else []

    def flag(self, key):
        return re.search(rf"^{key}\s*=\s*true\s*$", self.body, re.MULTILINE) is not None


@contextlib.contextmanager
def screen(wanted):
    """A display of its own for a run, as the variables that lead there."""
    if not wanted:
        yield {}
        return
    reader, writer = os.pipe()
    command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", "800x600x24", "-nolisten", "tcp", "-noreset"]
    server = subprocess.Popen(command, pass_fds=[writer], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(writer)
    try:
        with open(reader) as answer:
            yield {"DISPLAY": f":{answer.readline().strip()}", "LIBGL_ALWAYS_SOFTWARE": "1"}
    finally:
        server.kill()
        server.wait()


def interpreter(wanted):
    """The executable of an interpreter named by a version or a path."""
    if not re.fullmatch(r"\d+\.\d+(\.\d+)?", wanted):
        found = shutil.which(wanted)
    else:
        pyenv = pathlib.Path(os.environ.get("PYENV_ROOT", pathlib.Path.home() / ".pyenv")) / "versions"
        folders = [f for f in pyenv.glob("*") if f.name == wanted or f.name.startswith(wanted + ".")]
        folders.sort(key=lambda f: [int(n) for n in re.findall(r"\d+", f.name)])
        found = str(folders[-1] / "bin/python") if folders else shutil.which("python" + wanted)
    if not found:
        raise SystemExit(f"no Python `{wanted}` found\nhint: give the path of its executable")
    return os.path.realpath(found)


def pythons(executable):
    """Every file and folder that belongs to a Python of this machine."""
    places = {pathlib.Path(os.environ.get("PYENV_ROOT", pathlib.Path.home() / ".pyenv"))}
    places.add(pathlib.Path.home() / ".local/share/uv")
    ask = [executable, "-I", "-c", "import sys; print(sys.base_prefix)"]
    prefix = pathlib.Path(subprocess.check_output(ask, text=True).strip())
    system = pathlib.Path("/usr"), pathlib.Path("/usr/local")
    if prefix not in system:
        places.add(prefix)
    for folder in (base / name for base in system for name in ("bin", "lib", "share")):
        libraries = [f for f in folder.glob("*-linux-*")] if folder.name == "lib" else []
        for place in [folder, *libraries]:
            places.update(p.resolve() for p in place.glob("python3*"))
            places.update(p.resolve() for p in place.glob("libpython3*"))
    return [p for p in sorted(places) if p.exists()]


def size(product):
    if product.is_file():
        return product.stat().st_size
    return sum(p.lstat().st_size for p in product.rglob("*") if p.is_file() or p.is_symlink())


def tail(*outputs):
    lines = [line for output in outputs for line in output.decode(errors="replace").splitlines() if line.strip()]
    return "\n".join(lines[-LAST_LINES:])


def warnings(output):
    """The warnings of a build, with their hints."""
    return re.findall(r"^warning: .*(?:\n +.*)*", output.decode(errors="replace"), re.MULTILINE)


def execute(command, timeout, **options):
    """Runs a command in a session of its own; returns the seconds, the code and both outputs."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        [str(c) for c in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        **options,
    )
    try:
        out, err = process.communicate(timeout=timeout)
        code = process.returncode
    except subprocess.TimeoutExpired:
        code = "timeout"
    # What it left running ends with it.
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    if code == "timeout":
        out, err = process.communicate()
        err += f"\nstill running after {timeout} s".encode()
    return time.perf_counter() - begun, code, out, err


class Corpus:
    def __init__(self, arguments):
        self.arguments = arguments
        self.work = arguments.work.resolve()
        self.python = interpreter(arguments.python)
        self.freeze = pathlib.Path(arguments.freeze).resolve()
        self.uv = shutil.which("uv") or (str(arguments.uv.resolve()) if arguments.uv else None)
        if self.work.is_relative_to(ROOT):
            raise SystemExit(f"`{self.work}` is covered when products run\nhint: give another --work")
        self.hidden = [ROOT, self.work / "venvs", self.work / "src", self.work / "build", *pythons(self.python)]
        self.lock = threading.Lock()
        self.results = {"machine": machine(), "python": self.version(), "programs": {}}
        if arguments.resume and arguments.json and arguments.json.exists():
            self.results["programs"] = json.loads(arguments.json.read_text())["programs"]
        else:
            shutil.rmtree(self.work / "cache", ignore_errors=True)
        for name in "venvs", "src", "build", "cache", "run":
            (self.work / name).mkdir(parents=True, exist_ok=True)
        self.results["freeze"] = subprocess.check_output([self.freeze, "--version"], text=True).split()[1]

    def cache(self, name):
        """The builder's cache: one for all programs, so that a build finds what earlier ones left."""
        return self.work / "cache" / (name if self.arguments.discard else "shared")

    def version(self):
        ask = [self.python, "-I", "-c", "import platform; print(platform.python_version())"]
        return subprocess.check_output(ask, text=True).strip()

    def environment(self, **more):
        """What a build sees: this process's environment without what a Python or a freeze reads."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "FREEZE_", "VIRTUAL"))}
        return {**kept, **more}

    def venv(self, name, packages, debian=()):
        """Makes the virtual environment of a program, unless it is there: on Debian's Python and packages if it needs them."""
        folder = self.work / "venvs" / name
        stamp = folder / "packages.txt"
        python = SYSTEM_PYTHON if debian else self.python
        text = python + "\n" + "\n".join(packages)
        if debian and subprocess.run(["dpkg", "-s", *debian], capture_output=True, check=False).returncode:
            raise Failure(f"needs the Debian packages {' '.join(debian)}")
        if stamp.exists() and stamp.read_text() == text:
            return folder
        shutil.rmtree(folder, ignore_errors=True)
        system = ["--system-site-packages"] if debian else []
        if self.uv:
            steps = [[self.uv, "venv", "-q", "--python", python, *system, folder]]
            install = [self.uv, "pip", "install", "-q", "--python", folder / "bin/python", "--only-binary", ":all:"]
        else:
            steps = [[python, "-m", "venv", *system, folder]]
            install = [folder / "bin/python", "-m", "pip", "install", "-q", "--prefer-binary"]
        if packages:
            steps.append([*install, *packages])
        for step in steps:
            _, code, out, err = execute(step, self.arguments.build_timeout, env=self.environment())
            if code and step[1:3] == ["pip", "install"]:
                # Few packages come without a wheel.
                step = [s for s in step if s not in ("--only-binary", ":all:")]
                _, code, out, err = execute(step, self.arguments.build_timeout, env=self.environment())
            if code:
                raise Failure(tail(out, err))
        stamp.write_text(text)
        return folder

    def start(self, command, folder, hidden, has_screen=False, **more):
        """Runs a program with an empty home; returns the seconds and its lines, or fails with the end of what it printed."""
        for name in "home", "tmp":
            shutil.rmtree(folder / name, ignore_errors=True)
            (folder / name).mkdir(parents=True)
        environment = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", **more}
        environment["HOME"], environment["TMPDIR"] = str(folder / "home"), str(folder / "tmp")
        enter = ["unshare", "-m", "-n", "sh", "-c", ENTER, "sh", *hidden, "--"]
        with screen(has_screen) as display:
            command, environment = [*enter, *command], {**environment, **display}
            took, code, out, err = execute(command, self.arguments.timeout, env=environment, cwd=folder / "tmp")
        lines = out.decode(errors="replace").splitlines()
        if code != 0 or (lines or [""])[-1] != "ok":
            raise Failure(f"ended with {code}\n{tail(out, err)}")
        return took, lines

    def build(self, name, mode, venv, script):
        """Freezes a program; returns the seconds, the product and the warnings."""
        folder = self.work / "build" / name / mode
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        paths = ["--distpath", folder / "dist", "--workpath", folder / "work"]
        if mode == PEER:
            spec = ["--specpath", folder, "--clean", "--noconfirm", "--log-level", "WARN"]
            command = [venv / "bin/pyinstaller", "--onefile", "--name", name, *paths, *spec, script]
        elif mode == WITHOUT_RULES:
            spec = folder / f"{name}.spec"
            app = f'[app]\nname = "{name}"\nentry = "{script}"\n\n[bundle]\nmode = "onefile"\n'
            spec.write_text(app + "\n[rules]\nshipped = false\n")
            command = [self.freeze, spec, "--python", venv, "-y", *paths]
        else:
            command = [self.freeze, f"--{mode}", script, "--name", name, "--python", venv, "-y", *paths]
        environment = self.environment(
            FREEZE_CACHE_DIR=str(self.cache(name)), PYINSTALLER_CONFIG_DIR=str(folder / "config")
        )
        timeout = self.arguments.build_timeout
        took, code, out, err = execute(command, timeout, env=environment, cwd=script.parent)
        if code:
            raise Failure(f"the build ended with {code}\n{tail(out, err)}")
        return took, folder / "dist" / name, warnings(err)

    def attempt(self, name, mode, venv, script, wanted, unfrozen=()):
        """Builds a program in a mode and runs it twice; returns what is to be recorded."""
        result = {"pass": False}
        run = self.work / "run" / name
        shutil.rmtree(run, ignore_errors=True)
        run.mkdir(parents=True)
        try:
            result["build"], product, result["warnings"] = self.build(name, mode, venv, script)
            result["size"] = size(product)
            moved = run / "product" / product.name
            moved.parent.mkdir()
            shutil.move(product, moved)
            command = [moved / product.name if moved.is_dir() else moved]
            cache = {"FREEZE_APP_CACHE_DIR": str(run / "cache")}
            hidden = [*self.hidden, *(p for p in wanted.hidden if p.exists())]
            result["first"], lines = self.start(command, run, hidden, wanted.has_screen, **cache)
            result["second"], _ = self.start(command, run, hidden, wanted.has_screen, **cache)
            if wanted.is_strict and mode != PEER:
                if lines != unfrozen:
                    raise Failure("\n".join(["printed unfrozen:", *unfrozen, "and frozen:", *lines]))
                if result["warnings"]:
                    raise Failure("\n".join(["the build warns:", *result["warnings"]]))
            result["pass"] = True
        except Failure as failure:
            result["error"] = str(failure)
        if result["pass"] or not self.arguments.keep:
            shutil.rmtree(run, ignore_errors=True)
            shutil.rmtree(self.work / "build" / name / mode, ignore_errors=True)
        return result

    def program(self, path):
        name = path.stem
        known = self.results["programs"].get(name, {})
        result = dict(known) if self.arguments.resume else {}
        wanted = [*self.arguments.modes, *([WITHOUT_RULES] if self.arguments.no_rules else [])]
        modes = [m for m in wanted if not result.get(m, {}).get("pass")]
        peers = self.arguments.peers and PEER not in result
        if not modes and not peers or ("skip" in result and self.arguments.resume):
            return
        try:
            wanted = Header(path.read_text())
            if wanted.is_large and name not in self.arguments.names:
                return self.record(name, {"skip": "large: runs only when it is named"})
            venv = self.venv(name, wanted.packages, wanted.debian)
        except Failure as failure:
            return self.record(name, {"skip": f"cannot be installed: {failure}"})
        source = self.work / "src" / name
        shutil.rmtree(source, ignore_errors=True)
        source.mkdir(parents=True)
        # Under another name: a script `attr.py` would hide the module it imports.
        script = pathlib.Path(shutil.copy(path, source / f"{name}_app.py"))
        lines = []
        if "unfrozen" not in result or wanted.is_strict:
            run = self.work / "run" / f"{name}-unfrozen"
            command = [venv / "bin/python", "-X", "utf8", script]
            try:
                self.start(command, run, [], wanted.has_screen)
                result["unfrozen"], lines = self.start(command, run, [], wanted.has_screen)
            except Failure as failure:
                return self.record(name, {"skip": f"fails unfrozen: {failure}"})
            finally:
                shutil.rmtree(run, ignore_errors=True)
        for mode in modes:
            result[mode] = self.attempt(name, mode, venv, script, wanted, lines)
            self.record(name, result, mode)
        if peers:
            try:
                needed = [*wanted.packages, "pyinstaller>=6", "pyinstaller-hooks-contrib"]
                other = self.venv(f"{name}-peer", needed, wanted.debian)
                result[PEER] = self.attempt(name, PEER, other, script, wanted, lines)
                shutil.rmtree(other)
            except Failure as failure:
                result[PEER] = {"pass": False, "error": f"cannot be installed: {failure}"}
            self.record(name, result, PEER)
        if self.arguments.discard:
            shutil.rmtree(venv)
            shutil.rmtree(self.cache(name), ignore_errors=True)

    def paths(self):
        """The programs there are."""
        return sorted(PROGRAMS.glob("*.py"))

    def record(self, name, result, mode=None):
        """Keeps a result, in the file too, so that an interrupted run can be resumed."""
        with self.lock:
            self.results["programs"][name] = dict(result)
            if mode is None:
                say(f"{name}: skip: {result['skip']}")
            else:
                r = result[mode]
                words = "pass" if r["pass"] else "FAIL"
                times = ", ".join(f"{k} {r[k]:.2f} s" for k in ("build", "first", "second") if k in r)
                say(f"{name} {mode}: {words}; {times}; {r.get('size', 0) / 1e6:.1f} MB")
                for warning in r.get("warnings", []):
                    say("    " + warning)
                if not r["pass"]:
                    say("    " + r["error"].replace("\n", "\n    "))
            if self.arguments.json:
                partial = self.arguments.json.with_suffix(".partial")
                partial.write_text(json.dumps(self.results, indent=1, sort_keys=True) + "\n")
                partial.replace(self.arguments.json)

    def measure(self):
        paths = self.paths()
        if self.arguments.names:
            unknown = set(self.arguments.names) - {p.stem for p in paths}
            if unknown:
                raise SystemExit(f"no program `{', '.join(sorted(unknown))}` in `{paths[0].parent}`")
            paths = [p for p in paths if p.stem in self.arguments.names]
        with concurrent.futures.ThreadPoolExecutor(self.arguments.jobs) as pool:
            list(pool.map(self.program, paths))
        names = {p.stem for p in paths}
        self.results["programs"] = {k: v for k, v in self.results["programs"].items() if k in names}
        return self.results


def machine():
    cores = len(os.sched_getaffinity(0))
    return f"{platform.machine()}, {cores} cores, glibc {platform.libc_ver()[1]}"


def markdown(results, modes):
    """The table of all programs, and the totals."""
    programs = results["programs"]
    lines = [f"freeze {results['freeze']}, Python {results['python']}; {results['machine']}; {results['date']}.", ""]
    head = ["program", "unfrozen"]
    for mode in modes:
        head += [mode, "build", "size", "second run"]
    lines += ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    for name, result in sorted(programs.items()):
        if "skip" in result:
            lines.append(f"| {name} | skip: {result['skip'].splitlines()[0]} |" + " |" * (len(head) - 2))
            continue
        cells = [name, f"{result['unfrozen']:.2f} s"]
        for mode in modes:
            r = result.get(mode, {})
            cells.append("–" if not r else "pass" if r["pass"] else "**fail**")
            cells.append(f"{r['build']:.2f} s" if "build" in r else "–")
            cells.append(f"{r['size'] / 1e6:.1f} MB" if "size" in r else "–")
            cells.append(f"{r['second']:.2f} s" if "second" in r else "–")
        lines.append("| " + " | ".join(cells) + " |")
    lines += ["", "| | passed | of | builds | sizes |", "|---|---|---|---|---|"]
    for mode in modes:
        tried = [r[mode] for r in programs.values() if mode in r]
        passed = sum(r["pass"] for r in tried)
        rate = f"{passed / len(tried):.1%}" if tried else "–"
        builds, sizes = (sum(r.get(k, 0) for r in tried) for k in ("build", "size"))
        lines.append(f"| {mode} | {passed} ({rate}) | {len(tried)} | {builds:.1f} s | {sizes / 1e6:.0f} MB |")
    skipped = [n for n, r in programs.items() if "skip" in r]
    lines += ["", f"Skipped: {', '.join(skipped) or 'none'}."]
    # Ratios of what both made work, or they would compare a failure's size.
    both = [r for r in programs.values() if r.get(PEER, {}).get("pass") and r.get("onefile", {}).get("pass")]
    for key, words in ("build", "build time"), ("size", "size"), ("second", "time of the second run"):
        theirs = sum(r[PEER][key] for r in both)
        if theirs:
            ours = sum(r["onefile"][key] for r in both)
            lines.append(f"{words} onefile / {PEER}, {len(both)} programs that pass with both: {ours / theirs:.3f}.")
    return "\n".join(lines) + "\n"


def options(description):
    """The options of a corpus."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("names", nargs="*", help="programs to run (default: all)")
    parser.add_argument("--python", default="3.12", help="version or path of the interpreter (default: 3.12)")
    parser.add_argument("--freeze", default=str(ROOT / "target/release/freeze"), help="the freeze to test")
    parser.add_argument("--modes", default="onefile,onedir", help="modes to freeze in (default: onefile,onedir)")
    parser.add_argument("--jobs", type=int, default=1, help="programs at a time (default: 1)")
    parser.add_argument("--json", type=pathlib.Path, help="write results to this file as they come")
    parser.add_argument("--resume", action="store_true", help="keep what passed, or was skipped, in the file of --json")
    parser.add_argument("--markdown", type=pathlib.Path, help="write the table to this file")
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path(tempfile.gettempdir()) / "freeze-compat")
    parser.add_argument("--uv", type=pathlib.Path, help="uv, where it is not on PATH")
    parser.add_argument("--keep", action="store_true", help="keep products that fail, in the folder of --work")
    parser.add_argument(
        "--discard", action="store_true", help="keep no environment and no builder's cache for the next program"
    )
    parser.add_argument("--timeout", type=float, default=180, help="most seconds for a run (default: 180)")
    parser.add_argument("--build-timeout", type=float, default=900, help="most seconds for a build (default: 900)")
    parser.set_defaults(no_rules=False, peers=False)
    return parser


def perform(corpus, parser):
    """Does what the command line asks of a corpus, and prints the table; returns the exit code."""
    arguments = parser.parse_args()
    arguments.modes = [m for m in arguments.modes.split(",") if m]
    for mode in arguments.modes:
        if mode not in ("onefile", "onedir"):
            parser.error(f"unknown mode `{mode}`, expected onefile or onedir")
    check = ["unshare", "-m", "-n", "sh", "-c", ENTER, "sh", "--", "true"]
    if subprocess.run(check, check=False).returncode:
        parser.error(f"namespaces are not permitted: `{shlex.join(check[:3])}` failed\nhint: run this as root")
    results = corpus(arguments).measure()
    results["date"] = time.strftime("%Y-%m-%d")
    more = [m for m, on in ((WITHOUT_RULES, arguments.no_rules), (PEER, arguments.peers)) if on]
    text = markdown(results, [*arguments.modes, *more])
    print(text, end="")
    if arguments.markdown:
        arguments.markdown.write_text(text)
    tried = [r.get(m) for r in results["programs"].values() for m in arguments.modes if "skip" not in r]
    return 0 if all(r and r["pass"] for r in tried) else 1


def main():
    parser = options(__doc__)
    parser.add_argument("--no-rules", action="store_true", help="do the same without the rules that freeze brings")
    parser.add_argument("--peers", action="store_true", help="do the same with PyInstaller's onefile")
    return perform(Corpus, parser)


if __name__ == "__main__":
    sys.exit(main())
