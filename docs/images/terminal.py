#!/usr/bin/env python3
"""Draws the terminal picture of the README from a real run.

    python3 docs/images/terminal.py --freeze target/release/freeze --python .venv/bin/python

The interpreter needs pandas. The script copies a small program to an empty folder, runs the commands there, and writes what they print,
with its colors, to docs/images/terminal.svg. The times in the picture are those of that run. The first build is not shown: it fills
the cache.
"""

import argparse
import os
import pathlib
import re
import subprocess
import tempfile
from html import escape

PROGRAM = """\
import pandas as pd

sales = pd.DataFrame({"city": ["Oslo", "Rome", "Oslo"], "sales": [10, 7, 5]})
print(sales.groupby("city").sum())
"""

# The second build follows an edit, as in daily work.
COMMANDS = ["freeze -F report.py", "dist/report", "freeze why numpy.linalg report.py"]

COLORS = {"31": "#e06c75", "32": "#98c379", "33": "#e5c07b", "34": "#61afef", "35": "#c678dd", "36": "#56b6c2"}
LINE, LEFT, TOP, CHAR = 20, 18, 52, 8.4


def spans(line):
    """The parts of a line with the same style, as text and attributes of SVG."""
    color, bold, faint = "#d7dae0", False, False
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        if not part.startswith("\x1b["):
            if part:
                weight = ' font-weight="bold"' if bold else ""
                opacity = ' opacity="0.6"' if faint else ""
                yield part, f'fill="{color}"{weight}{opacity}'
            continue
        for code in (part[2:-1] or "0").split(";"):
            if code == "0":
                color, bold, faint = "#d7dae0", False, False
            elif code == "1":
                bold = True
            elif code == "2":
                faint = True
            elif code in COLORS or code[:1] == "9" and "3" + code[1:] in COLORS:
                color = COLORS["3" + code[1:]]


def session(freeze, python):
    """The lines of the terminal."""
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        tools = work / "tools"
        tools.mkdir()
        (tools / "freeze").symlink_to(freeze)
        project = work / "project"
        project.mkdir()
        program = project / "report.py"
        environment = {
            "PATH": f"{tools}:{os.environ['PATH']}",
            "HOME": folder,
            "VIRTUAL_ENV": str(python.parent.parent),
            "FREEZE_CACHE_DIR": str(work / "cache"),
        }

        def run(command):
            if command.startswith("freeze"):
                command += " --color always" if " why " not in command else ""
            output = subprocess.run(
                command, shell=True, cwd=project, env=environment, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
            )
            return output.stdout.decode().replace(folder, "").splitlines()

        program.write_text(PROGRAM.replace("sum", "count"))
        run(COMMANDS[0])
        program.write_text(PROGRAM)
        lines = []
        for command in COMMANDS:
            lines += [f"\x1b[32m$\x1b[0m \x1b[1m{command}\x1b[0m", *run(command), ""]
        return lines[:-1]


def svg(lines):
    width = LEFT * 2 + CHAR * max(len(re.sub(r"\x1b\[[0-9;]*m", "", line)) for line in lines)
    height = TOP + LINE * len(lines) + 4
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" role="img">',
        "<title>freeze builds a program and explains why a module is in it</title>",
        f'<rect width="{width:.0f}" height="{height}" rx="9" fill="#21252b"/>',
        *(f'<circle cx="{20 + 18 * i}" cy="18" r="5.5" fill="{c}"/>' for i, c in enumerate(["#e06c75", "#e5c07b", "#98c379"])),
        '<g font-family="ui-monospace, Menlo, Consolas, DejaVu Sans Mono, monospace" font-size="14" xml:space="preserve">',
    ]
    for number, line in enumerate(lines):
        column = 0
        for text, style in spans(line):
            x, length = LEFT + CHAR * column, CHAR * len(text)
            place = f'x="{x:.1f}" y="{TOP + LINE * number}" textLength="{length:.1f}"'
            parts.append(f"<text {place} {style}>{escape(text)}</text>")
            column += len(text)
    return "\n".join([*parts, "</g>", "</svg>"]) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--freeze", type=pathlib.Path, required=True, help="the freeze to run")
    parser.add_argument("--python", type=pathlib.Path, required=True, help="an interpreter with pandas")
    arguments = parser.parse_args()
    lines = session(arguments.freeze.resolve(), arguments.python.absolute())
    pathlib.Path(__file__).with_name("terminal.svg").write_text(svg(lines))


if __name__ == "__main__":
    main()
