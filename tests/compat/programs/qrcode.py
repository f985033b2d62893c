# /// script
# requires-python = ">=3.10"
# dependencies = ["qrcode[pil]", "segno"]
# ///
"""Draws codes as pictures, in text and as vector."""

import io

import qrcode
import qrcode.image.svg
import segno
from qrcode.image.styledpil import StyledPilImage
from qrcode.image.styles.moduledrawers.pil import RoundedModuleDrawer

code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_H)
code.add_data("https://example.com")
code.make()
assert code.version == 3 and code.make_image().get_image().size == (370, 370), code.version
out = io.StringIO()
code.print_ascii(out)
assert len(out.getvalue().splitlines()) > 10
svg = io.BytesIO()
qrcode.make("x", image_factory=qrcode.image.svg.SvgPathImage).save(svg)
assert b"<svg" in svg.getvalue()
code.make_image(image_factory=StyledPilImage, module_drawer=RoundedModuleDrawer()).save(io.BytesIO())
assert segno.make("Text", micro=False).version == 1
print("ok")
