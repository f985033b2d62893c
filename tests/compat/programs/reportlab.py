# /// script
# requires-python = ">=3.10"
# dependencies = ["reportlab"]
# ///
"""Writes documents with fonts, tables, bar codes and drawings."""

import io

from reportlab.graphics import renderPDF, renderSVG
from reportlab.graphics.barcode import code128, createBarcodeDrawing
from reportlab.graphics.charts.barcharts import VerticalBarChart
from reportlab.graphics.shapes import Drawing
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

out = io.BytesIO()
pdfmetrics.registerFont(TTFont("Vera", "Vera.ttf"))
pdfmetrics.registerFont(UnicodeCIDFont("HeiseiMin-W3"))
page = canvas.Canvas(out, pagesize=A4)
for font in "Helvetica", "Vera", "HeiseiMin-W3", "Times-Roman", "Symbol":
    page.setFont(font, 12)
    page.drawString(100, 700, "Text")
code128.Code128("123456").drawOn(page, 100, 600)
drawing = Drawing(200, 100)
chart = VerticalBarChart()
chart.data = [(1, 2, 3)]
drawing.add(chart)
renderPDF.draw(drawing, page, 100, 300)
page.save()
assert out.getvalue().startswith(b"%PDF") and b"Vera" in out.getvalue()
assert "<svg" in renderSVG.drawToString(createBarcodeDrawing("QR", value="text"))
out = io.BytesIO()
styles = getSampleStyleSheet()
story = [Paragraph("<b>Bold</b> &alpha;", styles["Heading1"]), Table([["a", "b"], [1, 2]])]
SimpleDocTemplate(out).build(story)
assert b"/Type /Page" in out.getvalue()
print("ok")
