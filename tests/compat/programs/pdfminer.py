# /// script
# requires-python = ">=3.10"
# dependencies = ["pdfminer.six", "reportlab"]
# ///
"""Reads text, also that of Asian fonts through the bundled maps."""

import io

from pdfminer.high_level import extract_pages, extract_text
from pdfminer.layout import LTTextContainer
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen import canvas

pdfmetrics.registerFont(UnicodeCIDFont("HeiseiMin-W3"))
out = io.BytesIO()
sheet = canvas.Canvas(out)
sheet.drawString(100, 700, "Hello there")
sheet.setFont("HeiseiMin-W3", 12)
sheet.drawString(100, 600, "日本語")
sheet.save()
text = extract_text(io.BytesIO(out.getvalue()))
assert "Hello there" in text and "日本語" in text, text
(layout,) = extract_pages(io.BytesIO(out.getvalue()))
assert any(isinstance(e, LTTextContainer) and abs(e.x0 - 100) < 1 for e in layout)
print("ok")
