# /// script
# requires-python = ">=3.10"
# dependencies = ["openpyxl", "Pillow"]
# ///
"""Writes and reads a workbook with formulas, styles, a chart and a picture."""

import tempfile
from pathlib import Path

from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.drawing.image import Image
from openpyxl.formula import Tokenizer
from openpyxl.styles import Font
from PIL import Image as Pillow

with tempfile.TemporaryDirectory() as folder:
    book = Workbook()
    sheet = book.active
    for row in ("n", "square"), (1, 1), (2, 4), (3, 9):
        sheet.append(row)
    sheet["A1"].font = Font(bold=True)
    sheet["C1"] = "=SUM(B2:B4)"
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=4), titles_from_data=True)
    sheet.add_chart(chart, "E2")
    Pillow.new("RGB", (4, 4)).save(Path(folder) / "p.png")
    sheet.add_image(Image(Path(folder) / "p.png"), "A9")
    book.save(Path(folder) / "b.xlsx")
    back = load_workbook(Path(folder) / "b.xlsx").active
    assert back["B4"].value == 9 and back["A1"].font.bold and back["C1"].value == "=SUM(B2:B4)"
    assert len(back._charts) == 1 and len(back._images) == 1
assert len(Tokenizer("=A1+2").items) == 3
print("ok")
