# /// script
# requires-python = ">=3.10"
# dependencies = ["pypdfium2", "pillow"]
# ///
"""Draws pages through the bundled library."""

import io

import pypdfium2
import pypdfium2.raw

document = pypdfium2.PdfDocument.new()
document.new_page(200, 100)
file = io.BytesIO()
document.save(file)
again = pypdfium2.PdfDocument(file.getvalue())
assert len(again) == 1 and again[0].get_size() == (200, 100)
image = again[0].render(scale=1).to_pil()
assert image.size == (200, 100) and image.getpixel((5, 5))[:3] == (255, 255, 255)
assert again[0].get_textpage().count_chars() == 0 and pypdfium2.raw.FPDF_GetFileVersion
print("ok")
