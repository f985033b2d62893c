# /// script
# requires-python = ">=3.10"
# dependencies = ["Pillow"]
# [tool.freeze-compat]
# rules = ["pillow.toml"]
# ///
"""Draws, converts, filters, and writes and reads in many formats."""

import io

from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps, features

picture = Image.new("RGB", (64, 48), "red")
ImageDraw.Draw(picture).ellipse((10, 10, 40, 40), fill="#00ff00")
for form in (
    "PNG",
    "JPEG",
    "GIF",
    "BMP",
    "TIFF",
    "WEBP",
    "PPM",
    "ICO",
    "TGA",
    "JPEG2000",
    "PCX",
    "SGI",
    "DDS",
    "PDF",
    "ICNS",
):
    out = io.BytesIO()
    (picture.resize((64, 64)) if form == "ICNS" else picture).save(out, form)
    out.seek(0)
    if form != "PDF":
        back = Image.open(out)
        back.load()
        assert back.format == form
        assert form in ("ICO", "ICNS") or back.convert("RGB").getpixel((25, 25))[1] > 200, form
out = io.BytesIO()
picture.save(out, "TIFF", compression="tiff_deflate")
assert Image.open(io.BytesIO(out.getvalue())).getpixel((0, 0)) == (255, 0, 0)
font = ImageFont.load_default(20)
assert font.getlength("Text") > 10 and picture.filter(ImageFilter.GaussianBlur(2)).getpixel((25, 25))[1] > 200
assert ImageOps.grayscale(picture).mode == "L"
assert features.check("webp") and features.check("freetype2") and features.check("littlecms2")
if features.check("avif"):
    out = io.BytesIO()
    picture.save(out, "AVIF")
    assert Image.open(io.BytesIO(out.getvalue())).size == (64, 48)
from PIL import ImageCms  # noqa: E402

profile = ImageCms.createProfile("sRGB")
assert ImageCms.profileToProfile(picture, profile, ImageCms.createProfile("LAB"), outputMode="LAB").mode == "LAB"
print("ok")
