#!/usr/bin/env python3
"""Measures the launcher's own time: from exec to the start of Python, and from Python's end to that of the process.

    python3 tests/bench/launcher.py --python python3.12 [--freeze target/release/freeze]

Two programs: hello, and one with 3,000 modules and 500 MB of data, from a warm cache. `FREEZE_DEBUG=1` tells the times, by a
clock that the parent has too. What is not the launcher's is shown beside it: the start and the end of any process (a program in
C that does nothing), and what the loader of the system takes for libpython, as it does for python. Says as well how many
bytes the process has read by system calls: what it maps is not among them. Needs gcc. Linux only.
"""

import argparse
import os
import pathlib
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
ENTRY = '''
import sys
{imports}
with open("/proc/self/io") as file:
    print(file.readline().split()[1])
'''
BARE = """
#include <stdio.h>
#include <time.h>
int main(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    fprintf(stderr, "freeze: 0.000 ms  monotonic clock %ld.%09ld s\\nfreeze: 0.000 ms  end\\n", now.tv_sec, now.tv_nsec);
    puts("0");
}
"""
PHASE = re.compile(r"freeze: +([\d.]+) ms +(.*)")


def make(folder, modules, megabytes):
    """A program with that many modules, of which it imports each hundredth, and that much data which does not shrink."""
    folder.mkdir()
    package = folder / "pack"
    package.mkdir()
    (package / "__init__.py").write_text("")
    for i in range(modules):
        body = "\n".join(f"def f{j}(x, y={i}):\n    return x * {j} + y, 'text {i} {j}'\n" for j in range(20))
        (package / f"m{i}.py").write_text(body)
    names = "".join(f"import pack.m{i}\n" for i in range(0, modules, 100))
    rest = "def unused():\n" + "".join(f"    import pack.m{i}\n" for i in range(modules)) if modules else ""
    (folder / "app.py").write_text(ENTRY.format(imports=names + rest))
    source = random.Random(1)
    data = folder / "data"
    data.mkdir()
    for i in range(megabytes // 5):
        (data / f"d{i}.bin").write_bytes(source.randbytes(5_000_000))
    item = '[[data]]\nfrom = "data/*"\nto = "data"\n' if megabytes else ""
    (folder / "app.spec").write_text(f'[app]\nentry = "app.py"\n[bundle]\nmode = "MODE"\n{item}')


def start(program, environment, folder):
    """Starts the program once; returns milliseconds from exec to the launcher's first step, the phases from there on, those
    from the last to the end of the process, and the bytes that were read."""
    out, error = folder / "out", folder / "error"
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    actions = [(os.POSIX_SPAWN_OPEN, 1, out, flags, 0o600), (os.POSIX_SPAWN_OPEN, 2, error, flags, 0o600)]
    begun = time.clock_gettime(time.CLOCK_MONOTONIC)
    pid = os.posix_spawn(program, [program], environment, file_actions=actions)
    _, status = os.waitpid(pid, 0)
    ended = time.clock_gettime(time.CLOCK_MONOTONIC)
    text = error.read_text()
    phases = {what.split(" `")[0]: float(at) for at, what in PHASE.findall(text)}
    clock = next((float(p.split()[2]) for p in phases if p.startswith("monotonic clock")), None)
    if status or clock is None or "end" not in phases:
        raise SystemExit(f"`{program}` failed: {text}")
    return (clock - begun) * 1e3, phases, (ended - clock) * 1e3 - phases["end"], int(out.read_text())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--freeze", default=str(ROOT / "target/release/freeze"))
    parser.add_argument("--rounds", type=int, default=200)
    arguments = parser.parse_args()
    freeze = pathlib.Path(arguments.freeze).resolve()
    missed = False
    median = statistics.median
    with tempfile.TemporaryDirectory(prefix="freeze-launcher-", dir=ROOT / "target") as work:
        work = pathlib.Path(work)
        (work / "bare.c").write_text(BARE)
        subprocess.run(["gcc", "-O2", "-o", work / "bare", work / "bare.c"], check=True)
        runs = [start(str(work / "bare"), {}, work) for _ in range(arguments.rounds)]
        exec_time, exit_time = median(r[0] for r in runs), median(r[2] for r in runs)
        print(f"A process of C takes {exec_time:.2f} ms from exec to main and {exit_time:.2f} ms from there to its end.\n")
        head = "program | form | exec to main | to Python | of this libpython | Python's end to exit | own | bytes read | goal"
        print(f"| {head} |\n|{'---|' * 9}")
        for name, modules, megabytes, goal in ("hello", 0, 0, 1), ("3,000 modules, 500 MB", 3000, 500, 2):
            make(work / "app", modules, megabytes)
            spec = work / "app/app.spec"
            plain = spec.read_text()
            for mode in "onefile", "onedir":
                spec.write_text(plain.replace("MODE", mode))
                command = [freeze, "app.spec", "-y", "-q", "--python", arguments.python]
                subprocess.run(command, cwd=work / "app", check=True)
                program = str(work / "app/dist/app") + ("/app" if mode == "onedir" else "")
                environment = {"PATH": os.environ["PATH"], "HOME": str(work), "LANG": "C.UTF-8", "FREEZE_DEBUG": "1"}
                start(program, environment, work)
                runs = [start(program, environment, work) for _ in range(arguments.rounds)]
                first, last = median(r[0] for r in runs), median(r[2] for r in runs)
                until = median(r[1]["configuration"] for r in runs)
                library = median(r[1]["libpython"] - r[1]["libpython is"] for r in runs)
                own = first - exec_time + until - library + last - exit_time
                missed |= own > goal
                cells = [f"{n:.2f}" for n in (first, until, library, last, own)]
                read = max(r[3] for r in runs)
                print(f"| {name} | {mode} | {' | '.join(cells)} | {read:,} | {goal} |", flush=True)
            shutil.rmtree(work / "app")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
