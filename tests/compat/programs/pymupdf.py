# /// script
# requires-python = ">=3.10"
# dependencies = ["PyMuPDF"]
# ///
"""Writes, searches and renders documents."""

import pymupdf

document = pymupdf.open()
page = document.new_page()
page.insert_text((72, 72), "Hello there", fontname="helv", fontsize=20)
page.draw_rect((50, 50, 200, 100), color=(1, 0, 0))
page.insert_htmlbox((72, 200, 300, 300), "<b>bold</b> <i>日本</i>")
data = document.tobytes()
again = pymupdf.open("pdf", data)
assert again[0].search_for("there") and "Hello" in again[0].get_text()
picture = again[0].get_pixmap(dpi=72)
assert (picture.width, picture.height) == (595, 842) and picture.tobytes("png").startswith(b"\x89PNG")
assert again[0].find_tables() is not None and len(again[0].get_drawings()) >= 1
print("ok")
