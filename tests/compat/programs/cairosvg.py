# /// script
# requires-python = ">=3.10"
# dependencies = ["cairosvg", "svglib"]
# ///
"""Reads drawings through a library that is opened by name."""

import io

from reportlab.graphics import renderPDF
from svglib.svglib import svg2rlg

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"><rect width="20" height="10" fill="red"/></svg>'
drawing = svg2rlg(io.BytesIO(SVG))
assert drawing.width > 10 and renderPDF.drawToString(drawing).startswith(b"%PDF")
import cairosvg  # noqa: E402

assert cairosvg.svg2png(SVG).startswith(b"\x89PNG")
print("ok")
