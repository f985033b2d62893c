# /// script
# requires-python = ">=3.10"
# dependencies = ["python-pptx"]
# ///
"""Writes and reads slides, with a chart and a table."""

import tempfile
from pathlib import Path

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "s.pptx"
    show = Presentation()
    slide = show.slides.add_slide(show.slide_layouts[0])
    slide.shapes.title.text = "Title"
    data = CategoryChartData()
    data.categories = ["a", "b"]
    data.add_series("s", (1, 2))
    slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, Inches(1), Inches(1), Inches(4), Inches(3), data)
    slide.shapes.add_table(2, 2, Inches(1), Inches(5), Inches(3), Inches(1)).table.cell(0, 0).text = "x"
    slide.notes_slide.notes_text_frame.text = "note"
    show.save(path)
    back = Presentation(path).slides[0]
    assert back.shapes.title.text == "Title" and back.notes_slide.notes_text_frame.text == "note"
    assert [s.has_chart for s in back.shapes].count(True) == 1
print("ok")
