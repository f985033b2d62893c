#!/usr/bin/env python3
"""Measures freeze against PyInstaller, cx_Freeze and the interpreter itself, all in one run on one machine.

    python3 tests/bench/bench.py --python python3.12 [--json FILE] [--readme README.md]

It makes a throw-away virtual environment with PyInstaller, cx_Freeze, numpy and pandas (from PyPI), freezes two
programs with each tool, and measures start, build, size and memory. Needs hyperfine and /usr/bin/time.
The standard library is all that this script imports.
"""

import argparse
import json
import os
import pathlib
import platform
import re
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = {"hello": "hello", "numpy_pandas": "numpy+pandas"}
TOOLS = ["pyinstaller onefile", "pyinstaller onedir", "cx_freeze", "freeze onefile", "freeze onedir"]
REQUIREMENTS = ["pyinstaller", "pyinstaller-hooks-contrib", "cx_Freeze", "numpy", "pandas"]
ROUNDS = 5
# The parts of a page that `--readme` rewrites.
MEASUREMENTS, WHY = "bench", "why"


def say(*words):
    print(*words, file=sys.stderr, flush=True)


def run(command, **options):
    """Runs a command that must succeed, and returns the seconds it took."""
    begun = time.perf_counter()
    done = subprocess.run(
        [str(c) for c in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options
    )
    took = time.perf_counter() - begun
    if done.returncode:
        text = done.stdout.decode(errors="replace")
        raise SystemExit(f"failed with {done.returncode}: {shlex.join(map(str, command))}\n{text}")
    return took


class Bench:
    def __init__(self, arguments):
        self.arguments = arguments
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="freeze-bench-"))
        self.results = {"builds": {}, "starts": {}, "sizes": {}, "memory": {}, "versions": {}, "machine": machine()}
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "FREEZE_", "VIRTUAL"))}
        self.environment["XDG_CACHE_HOME"] = str(self.work / "cache")
        self.freeze = None

    def prepare(self):
        tools = [t for t in TOOLS if not t.startswith("freeze")]
        say("making a virtual environment with", *REQUIREMENTS)
        self.venv = self.work / "venv"
        run([self.arguments.python, "-m", "venv", self.venv])
        self.bin = self.venv / "bin"
        run([self.bin / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *REQUIREMENTS])
        # The interpreter that the environment was made from: it is what a user without one starts.
        question = "import sys, os; print(os.path.realpath(sys.executable)); print('%d.%d.%d' % sys.version_info[:3])"
        answer = subprocess.check_output([self.bin / "python", "-c", question], text=True).split()
        # The interpreter with nothing installed: files of `.pth` would slow its start.
        bare = self.work / "bare"
        run([answer[0], "-m", "venv", "--without-pip", bare])
        self.python = bare / "bin" / "python"
        self.results["versions"]["Python"] = answer[1]
        listed = subprocess.check_output([self.bin / "python", "-m", "pip", "list", "--format", "json"], text=True)
        for package in json.loads(listed):
            if package["name"].lower() in ("pyinstaller", "cx_freeze", "cx-freeze", "numpy", "pandas"):
                self.results["versions"][package["name"]] = package["version"]
        if self.arguments.only != "peers":
            say("building freeze")
            if self.arguments.freeze:
                self.freeze = pathlib.Path(self.arguments.freeze).resolve()
            else:
                run(["cargo", "build", "--release", "--quiet", "--package", "freeze"], cwd=ROOT)
                target = os.environ.get("CARGO_TARGET_DIR", ROOT / "target")
                self.freeze = pathlib.Path(target) / "release" / "freeze"
            self.results["versions"]["freeze"] = subprocess.check_output([self.freeze, "--version"], text=True).split()[1]
            tools += [t for t in TOOLS if t.startswith("freeze")]
        if self.arguments.only == "ours":
            tools = [t for t in tools if t.startswith("freeze")]
        self.tools = tools
        for program in PROGRAMS:
            shutil.copytree(ROOT / "tests/apps" / program, self.work / "src" / program)
            # Bytecode of the libraries is there for all, as after any first use.
            run([self.bin / "python", self.script(program)])

    def script(self, program):
        return self.work / "src" / program / f"{program}_app.py"

    def folder(self, tool, program):
        return self.work / tool.replace(" ", "-") / program

    def product(self, tool, program):
        dist = self.folder(tool, program) / "dist"
        if tool == "cx_freeze":
            return dist
        return dist / "program"

    def executable(self, tool, program):
        product = self.product(tool, program)
        return product if tool.endswith("onefile") else product / "program"

    def command(self, tool, program):
        folder, script = self.folder(tool, program), self.script(program)
        if tool.startswith("pyinstaller"):
            form = "--" + tool.split()[1]
            paths = ["--distpath", folder / "dist", "--workpath", folder / "work", "--specpath", folder]
            return [self.bin / "pyinstaller", form, "--noconfirm", "--name", "program", *paths, script]
        if tool == "cx_freeze":
            return [self.bin / "cxfreeze", "--script", script, "--target-name", "program", "--target-dir", folder / "dist"]
        spec = folder / "program.spec"
        form = tool.split()[1]
        text = f'[app]\nname = "program"\nentry = "{script}"\n[bundle]\nmode = "{form}"\n'
        folder.mkdir(parents=True, exist_ok=True)
        spec.write_text(text)
        paths = ["--distpath", folder / "dist", "--workpath", folder / "work"]
        return [self.freeze, spec, "--python", self.venv, "-y", "-q", *paths]

    def build(self, tool, program):
        """Builds from nothing, after an edit of the entry script, and again with nothing changed."""
        folder, script = self.folder(tool, program), self.script(program)
        environment = dict(self.environment)
        environment["PYINSTALLER_CONFIG_DIR"] = str(folder / "config")
        environment["FREEZE_CACHE_DIR"] = str(folder / "config")
        ours = tool.startswith("freeze")
        command = self.command(tool, program)
        cold, edited, unchanged = [], [], []
        for _ in range(self.arguments.repeats if ours else self.arguments.peer_repeats):
            for name in "dist", "work", "config":
                shutil.rmtree(folder / name, ignore_errors=True)
            for stale in folder.glob("*.spec"):
                if not ours:
                    stale.unlink()
            clean = ["--clean"] if tool.startswith("pyinstaller") else []
            cold.append(run([*command, *clean], env=environment, cwd=script.parent))
        for i in range(self.arguments.repeats if ours else self.arguments.peer_repeats):
            with open(script, "a", encoding="utf-8") as file:
                file.write(f"\nEDIT_{time.monotonic_ns()} = {i}\n")
            edited.append(run(command, env=environment, cwd=script.parent))
        for _ in range(self.arguments.repeats if ours else max(2, self.arguments.peer_repeats)):
            unchanged.append(run(command, env=environment, cwd=script.parent))
        times = {"cold": cold, "edit": edited, "unchanged": unchanged}
        self.results["builds"].setdefault(program, {})[tool] = {k: statistics.median(v) for k, v in times.items()}
        self.results["sizes"].setdefault(program, {})[tool] = size(self.product(tool, program))
        say(f"  {tool}:", ", ".join(f"{k} {statistics.median(v):.3f} s" for k, v in times.items()))

    def start(self, program):
        """Measures the start of all products of a program against the interpreter's own."""
        expected = (self.work / "src" / program / "expect.txt").read_text()
        python = self.python if program == "hello" else self.bin / "python"
        commands = {"python -I": [str(python), "-I", str(self.script(program))]}
        for tool in self.tools:
            commands[tool] = [str(self.executable(tool, program))]
        for name, command in commands.items():
            answer = subprocess.run(command, stdout=subprocess.PIPE, env=self.environment, check=False)
            if answer.returncode or answer.stdout.decode() != expected:
                raise SystemExit(f"{name} of {program} does not work: {answer}")
        runs = self.arguments.runs if program == "hello" else max(10, self.arguments.runs // 3)
        starts = self.results["starts"].setdefault(program, {})
        base = ["hyperfine", "-N", "--style", "none", "--export-json", self.work / "times.json"]
        # By turns, a few runs at a time: a machine that is shared drifts, and would favour whoever comes at a good time.
        times = {name: [] for name in commands}
        for _ in range(ROUNDS):
            options = ["--warmup", "2", "--runs", str(-(-runs // ROUNDS))]
            run([*base, *options, *[shlex.join(c) for c in commands.values()]], env=self.environment)
            results = json.loads((self.work / "times.json").read_text())["results"]
            for name, result in zip(times, results):
                times[name] += result["times"]
        starts.update((name, statistics.median(all_times)) for name, all_times in times.items())
        first = [n for n in commands if n == "freeze onefile"]
        if first:
            starts["freeze onefile, first"] = self.first_start(commands[first[0]])
        memory = self.results["memory"].setdefault(program, {})
        for name, command in commands.items():
            memory[name] = peak_memory(command, self.environment)
        for name, median in starts.items():
            say(f"  {name}: {median * 1000:.1f} ms")

    def first_start(self, command):
        """Median of first starts, each with a new cache folder.

        None is deleted in between: for some seconds ext4 passes over inodes just deleted, which makes the files of the
        next start several times as expensive as they are for a user.
        """
        time.sleep(8)
        times = []
        for i in range(8):
            folder = self.work / f"first-{pathlib.Path(command[0]).name}-{time.monotonic_ns()}-{i}"
            environment = {**self.environment, "FREEZE_APP_CACHE_DIR": str(folder)}
            begun = time.perf_counter()
            subprocess.run(command, stdout=subprocess.DEVNULL, env=environment, check=True)
            times.append(time.perf_counter() - begun)
        return statistics.median(times)

    def measure(self):
        self.prepare()
        for program, title in PROGRAMS.items():
            say(f"building {title}")
            for tool in self.tools:
                self.build(tool, program)
        for program, title in PROGRAMS.items():
            say(f"starting {title}")
            self.start(program)
        if "freeze onefile" in self.tools:
            say("measuring freeze itself")
            self.measure_itself()
        return self.results

    def measure_itself(self):
        """Size and start of the command, builds of hello with nothing changed, and the build after an edit of a program with
        20,000 modules of its own."""
        source = self.work / "src" / "many"
        for package in range(200):
            folder = source / "own" / f"p{package}"
            folder.mkdir(parents=True)
            (folder / "__init__.py").touch()
            for module in range(100):
                following = f"from . import m{module + 1}" if module < 99 else f"import own.p{package + 1}.m0" if package < 199 else ""
                text = f"import json, os, sys\n{following}\n\n\ndef call(x):\n    return json.dumps([os.sep, sys.argv, x, {module}])\n"
                (folder / f"m{module}.py").write_text(text)
        (source / "own/__init__.py").touch()
        (source / "app.py").write_text("import own.p0.m0\n")
        command = [self.freeze, source / "app.py", "--python", self.bin / "python", "--distpath", self.work / "many", "-y", "-q"]
        edited = source / "own/p100/m50.py"
        environment = dict(self.environment, FREEZE_CACHE_DIR=str(self.work / "cache-many"))
        times = []
        for number in range(4):
            edited.write_text(edited.read_text() + f"NUMBER = {number}\n")
            times.append(run(command, env=environment))
        starts = [run([self.freeze, "--version"]) for _ in range(11)]
        self.results["itself"] = {
            "warm": self.warm_build(),
            "size": self.freeze.stat().st_size,
            "start": statistics.median(starts),
            "many": statistics.median(times[1:]),
        }


    def warm_build(self):
        """Time of `freeze` where nothing has changed for some seconds: of younger files, times do not tell whether they changed."""
        script = self.script("hello")
        command = [self.freeze, "-F", script, "--python", self.venv, "-y", "-q", "--distpath", self.work / "warm"]
        environment = dict(self.environment, FREEZE_CACHE_DIR=str(self.work / "cache-warm"))
        for _ in range(2):
            run(command, env=environment)
            time.sleep(3)
        return statistics.median(run(command, env=environment) for _ in range(31))


def size(product):
    if product.is_file():
        return product.stat().st_size
    return sum(p.lstat().st_size for p in product.rglob("*") if p.is_file() or p.is_symlink())


def peak_memory(command, environment):
    """Largest resident memory of the program or a child of it, in bytes.

    Asked of /usr/bin/time, which is small: a child of this script would begin with the script's own memory.
    """
    if not os.path.exists("/usr/bin/time"):
        return None
    done = subprocess.run(
        ["/usr/bin/time", "-f", "%M", *command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment, check=True
    )
    return int(done.stderr.split()[-1]) * 1024


def machine():
    model = ""
    try:
        text = pathlib.Path("/proc/cpuinfo").read_text()
        model = re.search(r"model name\s*:\s*(.*)", text).group(1)
    except (OSError, AttributeError):
        model = platform.processor()
    system = platform.freedesktop_os_release()["PRETTY_NAME"] if hasattr(platform, "freedesktop_os_release") else ""
    cores = len(os.sched_getaffinity(0))
    return f"{model}, {cores} cores, {system}, glibc {platform.libc_ver()[1]}"


def targets(results):
    """The goals, each as a name, the ratio reached and the ratio allowed."""
    found = []

    def goal(name, ours, theirs, most):
        if ours and theirs:
            found.append({"name": name, "ratio": ours / theirs, "most": most, "met": ours / theirs <= most})

    for program, title in PROGRAMS.items():
        starts = results["starts"].get(program, {})
        builds = results["builds"].get(program, {})
        sizes = results["sizes"].get(program, {})
        most = 0.75 if program == "hello" else 0.9
        python = starts.get("python -I")
        goal(f"start of {title}, onefile / python -I", starts.get("freeze onefile"), python, most)
        goal(f"start of {title}, onedir / python -I", starts.get("freeze onedir"), python, most)
        # A program that hardly needs files has hardly anything to extract: the goal is for one that does.
        if program != "hello":
            goal(f"first start of {title}, onefile / python -I", starts.get("freeze onefile, first"), python, 1.5)
        # The goals for builds are set against PyInstaller's onefile; onedir stands in the tables.
        ours, theirs = builds.get("freeze onefile", {}), builds.get("pyinstaller onefile", {})
        for kind, words, most in (
            ("cold", "build from an empty cache", 1 / 10),
            ("edit", "build after an edit", 1 / 50),
            ("unchanged", "build with nothing changed", 1 / 2),
        ):
            goal(f"{words} of {title}, onefile / PyInstaller", ours.get(kind), theirs.get(kind), most)
        most = 0.22 if program == "hello" else 0.55
        goal(f"size of {title}, onefile / PyInstaller", sizes.get("freeze onefile"), sizes.get("pyinstaller onefile"), most)
        memory = results["memory"].get(program, {})
        for form in "onefile", "onedir":
            goal(f"peak memory of {title}, {form} / python -I", memory.get(f"freeze {form}"), memory.get("python -I"), 1.05)
    itself = results.get("itself", {})
    goal("`freeze` of an unchanged hello / 15 ms", itself.get("warm"), 0.015, 1)
    goal("build after an edit of 20,000 modules / 1 s", itself.get("many"), 1, 1)
    goal("start of `freeze --version` / 5 ms", itself.get("start"), 0.005, 1)
    goal("size of `freeze` / 20 MB", itself.get("size"), 20e6, 1)
    return found


def markdown(results):
    """The tables, as they stand in the README."""
    versions = ", ".join(f"{name} {version}" for name, version in sorted(results["versions"].items()))
    lines = [f"{results['machine']}; {versions}; {results['date']}. Medians.", ""]
    columns = ["python -I", *TOOLS]
    titles = ["`python -I`", "PyInstaller onefile", "PyInstaller onedir", "cx_Freeze", "**freeze onefile**", "**freeze onedir**"]
    for program, title in PROGRAMS.items():
        lines += [f"| {title} | " + " | ".join(titles) + " |", "|---" * (len(columns) + 1) + "|"]
        starts, sizes = results["starts"].get(program, {}), results["sizes"].get(program, {})
        builds, memory = results["builds"].get(program, {}), results["memory"].get(program, {})

        def row(name, value):
            cells = [value(c) for c in columns]
            lines.append(f"| {name} | " + " | ".join(c if c else "–" for c in cells) + " |")

        def milliseconds(key):
            return f"{starts[key] * 1000:.1f} ms" if key in starts else None

        def seconds(kind):
            def cell(tool):
                value = builds.get(tool, {}).get(kind)
                return None if value is None else f"{value:.2f} s" if value >= 0.1 else f"{value * 1000:.0f} ms"

            return cell

        def megabytes(table):
            return lambda tool: f"{table[tool] / 1e6:.1f} MB" if table.get(tool) else None

        row("start", milliseconds)
        row("first start", lambda c: milliseconds(c + ", first"))
        row("build, empty cache", seconds("cold"))
        row("build after an edit", seconds("edit"))
        row("build, nothing changed", seconds("unchanged"))
        row("size", megabytes(sizes))
        row("peak memory", megabytes(memory))
        lines.append("")
    goals = targets(results)
    if goals:
        lines += ["| goal | ratio | at most | |", "|---|---|---|---|"]
        for g in goals:
            lines.append(f"| {g['name']} | {g['ratio']:.3f} | {g['most']:.3g} | {'met' if g['met'] else '**missed**'} |")
        lines.append("")
    return "\n".join(lines)


def why(results):
    """The six rows at the top of the README: hello, as a file and as a folder."""
    tools = {name: [f"{name} onefile", f"{name} onedir"] for name in ("pyinstaller", "freeze")}
    columns = [tools["pyinstaller"], [None, "cx_freeze"], tools["freeze"]]

    def row(name, values, form):
        cells = []
        for column in columns:
            found = [values.get(tool) if tool else None for tool in column]
            cells.append(" / ".join("–" if value is None else form(value) for value in found))
        return f"| {name} | " + " | ".join(cells) + " |"

    def milliseconds(value):
        return f"{value * 1000:.0f} ms" if value >= 0.1 else f"{value * 1000:.1f} ms"

    def seconds(value):
        return f"{value:.2f} s" if value >= 0.1 else f"{value * 1000:.0f} ms"

    builds = {tool: times.get("edit") for tool, times in results["builds"]["hello"].items()}
    lines = [
        "| hello, as a file / as a folder | PyInstaller | cx_Freeze | **freeze** |",
        "|---|---|---|---|",
        row("start", results["starts"]["hello"], milliseconds),
        row("build after an edit", builds, seconds),
        row("size", results["sizes"]["hello"], lambda value: f"{value / 1e6:.1f} MB"),
        "| processes of a single file | 2 | – | 1 |",
        "| code for packages | hooks, which run during the build | hooks, which run during the build | rules: data, few needed |",
        "| builds for another platform | no | no | Linux, Windows, macOS |",
    ]
    return "\n".join(lines) + "\n"


def put(page, name, text):
    """The text of a page with another part between its markers."""
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    before, found, rest = page.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise SystemExit(f"the page has no lines {begin} and {end}")
    return f"{before}{begin}\n{text}{end}{after}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--python", default="python3.12", help="interpreter to freeze (default: python3.12)")
    parser.add_argument("--only", choices=["ours", "peers"], help="measure freeze, or its peers, only")
    parser.add_argument("--freeze", help="the freeze to measure (default: the one of this repository)")
    parser.add_argument("--repeats", type=int, default=5, help="builds with freeze of each kind (default: 5)")
    parser.add_argument("--peer-repeats", type=int, default=1, help="builds with each peer of each kind (default: 1)")
    parser.add_argument("--runs", type=int, default=60, help="starts of hello; a third for numpy+pandas (default: 60)")
    parser.add_argument("--json", type=pathlib.Path, help="write the numbers to this file")
    parser.add_argument("--merge", type=pathlib.Path, help="take numbers that are not measured from such a file")
    parser.add_argument("--readme", type=pathlib.Path, help="put the tables between the markers in this file")
    parser.add_argument("--keep", action="store_true", help="keep the working folder")
    arguments = parser.parse_args()
    for tool in ["hyperfine", arguments.python]:
        if not shutil.which(tool):
            parser.error(f"`{tool}` was not found on PATH")
    bench = Bench(arguments)
    try:
        results = bench.measure()
    finally:
        if arguments.keep:
            say("kept", bench.work)
        else:
            shutil.rmtree(bench.work, ignore_errors=True)
    results["date"] = time.strftime("%Y-%m-%d")
    if arguments.merge:
        other = json.loads(arguments.merge.read_text())
        for table in "builds", "starts", "sizes", "memory":
            for program, values in other[table].items():
                results[table][program] = {**values, **results[table].get(program, {})}
        results["versions"] = {**other["versions"], **results["versions"]}
    if arguments.json:
        arguments.json.write_text(json.dumps({**results, "targets": targets(results)}, indent=1) + "\n")
    text = markdown(results)
    print(text)
    if arguments.readme:
        page = put(arguments.readme.read_text(), MEASUREMENTS, text)
        arguments.readme.write_text(put(page, WHY, why(results)))
    return 0 if all(g["met"] for g in targets(results)) else 1


if __name__ == "__main__":
    sys.exit(main())
