# /// script
# requires-python = ">=3.10"
# dependencies = ["PySide6"]
# [tool.freeze-compat]
# ci = "false"
# ///
"""Prints a page to PDF and reads it back."""

import os
import tempfile
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"
from PySide6.QtCore import QSize  # noqa: E402
from PySide6.QtGui import QImageReader, QTextDocument  # noqa: E402
from PySide6.QtPdf import QPdfDocument  # noqa: E402
from PySide6.QtPrintSupport import QPrinter, QPrinterInfo  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

app = QApplication([])
QPrinterInfo.availablePrinterNames()
with tempfile.TemporaryDirectory() as folder:
    path = str(Path(folder) / "a.pdf")
    printer = QPrinter()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(path)
    text = QTextDocument()
    text.setHtml("<h1>Answer</h1><p>forty-two</p>")
    text.print_(printer)
    document = QPdfDocument()
    assert document.load(path) == QPdfDocument.Error.None_ and document.pageCount() == 1
    assert "forty-two" in document.getAllText(0).text()
    assert not document.render(0, QSize(200, 300)).isNull()
    assert b"pdf" in [bytes(f.data()) for f in QImageReader.supportedImageFormats()]

print("ok")
