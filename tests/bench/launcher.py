#!/usr/bin/env python3
"""Measures the launcher's own time: from exec to the start of Python, and from Python's end to that of the process.

    python3 tests/bench/launcher.py --python python3.12 [--freeze target/release/freeze]

Two programs: hello, and one with 3,000 modules and 500 MB of data. The times are those at which the lines that
`FREEZE_DEBUG=1` shows arrive at the parent, so they hold the write and the wake-up too. Says as well how many bytes the
process has read by system calls: what it maps is not among them. Linux only.
"""

import argparse
import os
import pathlib
import random
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


def start(program, environment):
    """Starts the program once; returns the seconds before and after Python, and the bytes that were read."""
    error, error_end = os.pipe()
    out, out_end = os.pipe()
    actions = [(os.POSIX_SPAWN_DUP2, error_end, 2), (os.POSIX_SPAWN_DUP2, out_end, 1)]
    begun = time.perf_counter()
    pid = os.posix_spawn(program, [program], environment, file_actions=actions)
    os.close(error_end)
    os.close(out_end)
    seen, text = {}, b""
    while piece := os.read(error, 65536):
        now = time.perf_counter()
        for line in piece.splitlines():
            seen.setdefault(line.split(b"  ")[-1].strip(), now)
        text += piece
    _, status = os.waitpid(pid, 0)
    ended = time.perf_counter()
    read = int(os.read(out, 100))
    os.close(error)
    os.close(out)
    if status or b"configuration" not in seen or b"end" not in seen:
        raise SystemExit(f"`{program}` failed: {text.decode()}")
    return seen[b"configuration"] - begun, ended - seen[b"end"], read


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--freeze", default=str(ROOT / "target/release/freeze"))
    parser.add_argument("--rounds", type=int, default=200)
    arguments = parser.parse_args()
    freeze = pathlib.Path(arguments.freeze).resolve()
    print("| program | form | before Python, ms | after it, ms | together | read by calls | goal |\n|---|---|---|---|---|---|---|")
    missed = False
    with tempfile.TemporaryDirectory(prefix="freeze-launcher-", dir=ROOT / "target") as work:
        work = pathlib.Path(work)
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
                start(program, environment)
                runs = [start(program, environment) for _ in range(arguments.rounds)]
                before, after = (statistics.median(r[i] for r in runs) * 1e3 for i in (0, 1))
                missed |= before + after > goal
                read = f"{max(r[2] for r in runs):,} bytes"
                print(f"| {name} | {mode} | {before:.2f} | {after:.2f} | {before + after:.2f} | {read} | {goal} |", flush=True)
            shutil.rmtree(work / "app")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
