#!/usr/bin/env python3
"""Measures the values of `compression` in `[bundle]`: build from an empty cache, size, first start and start.

    python3 tests/bench/compression.py --python python3.12 --freeze target/release/freeze

It makes a throw-away virtual environment with numpy and pandas and prints the table of docs/concepts/performance.md. First starts follow each
other with an empty cache of the program, starts with a full one; all are medians. The script imports only the standard library.
"""

import argparse
import os
import pathlib
import shutil
import statistics
import tempfile

from bench import ROOT, run, say, size

PROGRAMS = ["hello", "numpy_pandas"]
VALUES = ["none", "fast", "default", "max"]


def measure(arguments, folder, program, value):
    script = shutil.copy(ROOT / "tests/apps" / program / f"{program}_app.py", folder)
    spec = folder / f"{program}-{value}.spec"
    spec.write_text(
        f'[app]\nname = "{program}"\nentry = "{pathlib.Path(script).name}"\n[bundle]\nmode = "onefile"\ncompression = "{value}"\n'
    )
    environment = dict(os.environ, FREEZE_APP_CACHE_DIR=str(folder / "app"))
    product = folder / "dist" / value / program
    command = [arguments.freeze, spec, "--python", folder / "venv/bin/python", "--distpath", product.parent, "-y", "-q"]
    builds = []
    for number in range(arguments.builds):
        environment["FREEZE_CACHE_DIR"] = str(folder / f"builder-{number}")
        builds.append(run(command, env=environment))
        shutil.rmtree(environment["FREEZE_CACHE_DIR"])
    first, again = [], []
    for _ in range(arguments.starts):
        shutil.rmtree(folder / "app", ignore_errors=True)
        first.append(run([product], env=environment))
        again.append(run([product], env=environment))
    times = [statistics.median(times) for times in (builds, first, again)]
    say(program, value, size(product), *(f"{time:.3f}" for time in times))
    return [f"{times[0]:.2f} s", f"{size(product) / 1e6:.1f} MB", f"{times[1] * 1000:.0f} ms", f"{times[2] * 1000:.0f} ms"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--python", required=True, help="interpreter for the virtual environment")
    parser.add_argument("--freeze", default=ROOT / "target/release/freeze", type=pathlib.Path)
    parser.add_argument("--builds", default=3, type=int, help="builds of each program with each value")
    parser.add_argument("--starts", default=11, type=int, help="first starts, and starts, of each")
    arguments = parser.parse_args()
    arguments.freeze = arguments.freeze.resolve()
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        run([arguments.python, "-m", "venv", folder / "venv"])
        run([folder / "venv/bin/python", "-m", "pip", "install", "--quiet", "numpy", "pandas"])
        print("| program | `compression` | build, empty cache | size | first start | start |\n|---|---|---|---|---|---|")
        for program in PROGRAMS:
            for value in VALUES:
                cells = measure(arguments, folder, program, value)
                print(f"| {program.replace('_', '+')} | `{value}` | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
