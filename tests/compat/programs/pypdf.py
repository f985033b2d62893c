# /// script
# requires-python = ">=3.10"
# dependencies = ["pypdf[full]", "reportlab"]
# ///
"""Writes, joins, encrypts and reads documents."""

import io

from pypdf import PdfReader, PdfWriter
from reportlab.pdfgen import canvas


def page(text):
    out = io.BytesIO()
    sheet = canvas.Canvas(out)
    sheet.drawString(100, 700, text)
    sheet.save()
    return out


writer = PdfWriter()
for text in "one", "two":
    writer.append(page(text))
writer.pages[1].rotate(90)
writer.add_metadata({"/Title": "T"})
writer.add_outline_item(title="here", page_number=1)
writer.encrypt("secret", algorithm="AES-256")
out = io.BytesIO()
writer.write(out)
reader = PdfReader(out)
assert reader.is_encrypted and reader.decrypt("secret")
assert [p.extract_text().strip() for p in reader.pages] == ["one", "two"]
assert reader.metadata.title == "T" and reader.outline[0].title == "here" and reader.pages[1].rotation == 90
print("ok")
