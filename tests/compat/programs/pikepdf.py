# /// script
# requires-python = ">=3.10"
# dependencies = ["pikepdf"]
# ///
"""Makes, encrypts and reads documents through native libraries."""

import io

import pikepdf
from pikepdf import Dictionary, Name, Pdf, Stream

pdf = Pdf.new()
pdf.add_blank_page(page_size=(200, 100))
page = pdf.pages[0]
page.Contents = Stream(pdf, b"0 0 m 10 10 l S")
with pdf.open_metadata() as metadata:
    metadata["dc:title"] = "Title"
pdf.Root.Extra = Dictionary(A=Name.B, N=1)
file = io.BytesIO()
pdf.save(file, encryption=pikepdf.Encryption(owner="o", user="u"), linearize=False)
with Pdf.open(io.BytesIO(file.getvalue()), password="u") as again:
    assert again.pages[0].mediabox[2] == 200 and again.Root.Extra.A == "/B"
    assert again.open_metadata()["dc:title"] == "Title"
    assert [str(o.operator) for o in pikepdf.parse_content_stream(again.pages[0])] == ["m", "l", "S"]
try:
    Pdf.open(io.BytesIO(file.getvalue()))
except pikepdf.PasswordError:
    pass
else:
    raise AssertionError("opened")
assert pikepdf.__libqpdf_version__
print("ok")
