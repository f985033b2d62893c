# /// script
# requires-python = ">=3.10"
# dependencies = ["python-docx"]
# ///
"""Writes and reads a document, which begins as the bundled template."""

import tempfile
from pathlib import Path

import docx
from docx.shared import Pt

with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "d.docx"
    document = docx.Document()
    document.add_heading("Title", 0)
    run = document.add_paragraph("Some ", style="List Bullet").add_run("bold")
    run.bold, run.font.size = True, Pt(20)
    table = document.add_table(2, 2)
    table.cell(1, 1).text = "cell"
    document.sections[0].header.paragraphs[0].text = "head"
    document.sections[0].footer.paragraphs[0].text = "foot"
    document.save(path)
    back = docx.Document(path)
    assert [p.text for p in back.paragraphs][:2] == ["Title", "Some bold"]
    assert back.tables[0].cell(1, 1).text == "cell" and back.paragraphs[1].runs[1].font.size == Pt(20)
    assert back.sections[0].header.paragraphs[0].text == "head"
print("ok")
