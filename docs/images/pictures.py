#!/usr/bin/env python3
"""Draws the pictures of the documentation: the four of docs/concepts/how-it-works.md, and the icon of the tutorial.

    python3 docs/images/pictures.py [FOLDER]

Boxes are laid out on a grid, so that the pictures have the same style and diffs stay readable.
"""

import pathlib
import struct
import sys
import zlib
from html import escape

WIDTH, HEIGHT, GAP = 168, 62, 36

STYLE = """
  .box { fill: #eef4fb; stroke: #4078b0; stroke-width: 1.5; rx: 6; }
  .data { fill: #fdf5e4; stroke: #b08430; stroke-width: 1.5; rx: 6; }
  .done { fill: #e9f6ec; stroke: #3c8c50; stroke-width: 1.5; rx: 6; }
  .frame { fill: none; stroke: #8a929c; stroke-width: 1.2; stroke-dasharray: 5 4; rx: 8; }
  .arrow { stroke: #5a626c; stroke-width: 1.6; fill: none; marker-end: url(#head); }
  text { font-family: system-ui, sans-serif; font-size: 14px; fill: #1f2429; text-anchor: middle; }
  .small { font-size: 11.5px; fill: #4c545d; }
  .left { text-anchor: start; }
"""


class Picture:
    """A picture of boxes on a grid, which arrows connect."""

    def __init__(self, columns, rows, title):
        self.size = (columns * (WIDTH + GAP) + GAP, rows * (HEIGHT + GAP) + GAP)
        self.title = title
        self.parts = []

    def corner(self, column, row):
        return GAP + column * (WIDTH + GAP), GAP + row * (HEIGHT + GAP)

    def box(self, column, row, name, detail="", kind="box", columns=1):
        x, y = self.corner(column, row)
        width = columns * WIDTH + (columns - 1) * GAP
        lines = [line for line in detail.split("\n") if line]
        self.parts.append(f'<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="{HEIGHT}"/>')
        top = y + HEIGHT / 2 + 5 - 8 * len(lines)
        self.parts.append(f'<text x="{x + width / 2}" y="{top}">{escape(name)}</text>')
        for number, line in enumerate(lines, 1):
            place = f'x="{x + width / 2}" y="{top + 15 * number + 1}"'
            self.parts.append(f'<text class="small" {place}>{escape(line)}</text>')

    def arrows(self, *cells):
        """Arrows from box to box, each from the middle of one side to that of the facing one."""
        for start, end in zip(cells, cells[1:]):
            (a, b), (c, d) = self.corner(*start), self.corner(*end)
            if start[1] == end[1]:
                x1, x2 = (a + WIDTH, c - 3) if c > a else (a, c + WIDTH + 3)
                y1 = y2 = b + HEIGHT / 2
            else:
                y1, y2 = (b + HEIGHT, d - 3) if d > b else (b, d + HEIGHT + 3)
                x1, x2 = a + WIDTH / 2, c + WIDTH / 2
            self.parts.append(f'<path class="arrow" d="M{x1} {y1} L{x2} {y2}"/>')

    def frame(self, column, row, columns, rows, label):
        x, y = self.corner(column, row)
        x, y = x - GAP / 2, y - GAP / 2
        width, height = columns * (WIDTH + GAP), rows * (HEIGHT + GAP) - 8
        self.parts.append(f'<rect class="frame" x="{x}" y="{y}" width="{width}" height="{height}"/>')
        self.parts.append(f'<text class="small left" x="{x + 8}" y="{y + 13}">{escape(label)}</text>')

    def svg(self):
        width, height = self.size
        head = '<marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        lines = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
            f"<title>{escape(self.title)}</title>",
            f"<style>{STYLE}</style>",
            f'<defs>{head}<path d="M0 0 L8 4 L0 8 z" fill="#5a626c"/></marker></defs>',
            f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
            *self.parts,
            "</svg>",
        ]
        return "\n".join(lines) + "\n"


def build():
    picture = Picture(4, 3, "A build: from sources to an executable")
    picture.box(0, 0, "your program", "app.py, or a spec", "data")
    picture.box(1, 0, "analysis", "reads imports,\nruns no code")
    picture.box(2, 0, "contents", "data, metadata,\nrules")
    picture.box(3, 0, "native files", "resolves and patches\nlibraries")
    picture.box(1, 1, "Python, packages", "of the target", "data")
    picture.box(3, 1, "archive", "bytecode and files,\ncompressed")
    picture.box(2, 1, "cache", "results by hash of\ntheir input", "data")
    picture.box(3, 2, "assembly", "launcher + archive")
    picture.box(2, 2, "dist/app", "written atomically", "done")
    picture.arrows((0, 0), (1, 0), (2, 0), (3, 0), (3, 1), (3, 2), (2, 2))
    picture.arrows((1, 1), (1, 0))
    picture.arrows((2, 1), (3, 1))
    return picture


def forms():
    picture = Picture(4, 3, "The two forms: one file, or a folder")
    picture.frame(0, 0, 4, 1, "onefile: dist/app")
    picture.box(0, 0, "launcher", "native code")
    picture.box(1, 0, "modules", "bytecode, read in place", "data")
    picture.box(2, 0, "files", "libraries and data,\ncompressed", "data")
    picture.box(3, 0, "index", "names, offsets, hashes", "data")
    picture.frame(0, 1, 4, 2, "onedir: dist/app/")
    picture.box(0, 1, "app", "launcher")
    picture.box(1, 1, "modules", "bytecode, read in place", "data")
    picture.box(2, 1, "index", "names, offsets, hashes", "data")
    picture.box(0, 2, "_internal/", "libraries and data as files", "data", 3)
    return picture


def start():
    picture = Picture(4, 2, "A start: from exec to your main function, in one process")
    picture.box(0, 0, "map", "the executable, check\nthe hash of the index")
    picture.box(1, 0, "root folder", "_internal, or the cache\nof this version")
    picture.box(2, 0, "load libpython", "into the same process")
    picture.box(3, 0, "configure", "isolated, with frozen\nfirst modules")
    picture.box(3, 1, "importer", "one finder, reads\nmodules from the file")
    picture.box(2, 1, "runtime hooks", "of the spec")
    picture.box(1, 1, "__main__", "your program", "done")
    picture.arrows((0, 0), (1, 0), (2, 0), (3, 0), (3, 1), (2, 1), (1, 1))
    return picture


def extraction():
    picture = Picture(4, 2, "Files of a onefile program: extracted once, then shared")
    picture.box(0, 0, "first start", "no folder for this hash")
    picture.box(1, 0, "private folder", "decompress, verify\nevery file")
    picture.box(2, 0, "rename", "atomic")
    picture.box(3, 0, "cache folder", "~/.cache/freeze/\n<app>/<hash>", "data")
    picture.box(0, 1, "later start", "the folder exists")
    picture.box(3, 1, "your program", "loads its libraries", "done")
    picture.arrows((0, 0), (1, 0), (2, 0), (3, 0), (3, 1))
    picture.arrows((0, 1), (3, 1))
    return picture


def icon(size=64):
    """A PNG: a snowflake of three bars on a rounded square."""
    rows = []
    for y in range(size):
        row = bytearray([0])
        for x in range(size):
            dx, dy = x - size / 2 + 0.5, y - size / 2 + 0.5
            edge = max(abs(dx), abs(dy))
            bars = [abs(dy), abs(dx * 0.866 + dy * 0.5), abs(dx * 0.866 - dy * 0.5)]
            inside = dx * dx + dy * dy < (size * 0.4) ** 2
            if edge > size * 0.47:
                row += bytes([0, 0, 0, 0])
            elif inside and min(bars) < size * 0.04:
                row += bytes([255, 255, 255, 255])
            else:
                row += bytes([64, 120, 176, 255])
        rows.append(bytes(row))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"".join(rows), 9)) + chunk(b"IEND", b"")


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent
    for name, picture in {"build": build, "forms": forms, "start": start, "extraction": extraction}.items():
        (folder / f"{name}.svg").write_text(picture().svg())
    (folder / "icon.png").write_bytes(icon())


if __name__ == "__main__":
    main()
