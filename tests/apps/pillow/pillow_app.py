"""Writes and reads pictures in the formats that Pillow has native code for."""

import io

from PIL import Image, ImageDraw, ImageFilter, ImageFont, features


def main():
    picture = Image.new("RGB", (64, 48), "navy")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((8, 8, 40, 40), fill="orange")
    draw.text((2, 2), "text", font=ImageFont.load_default(), fill="white")
    picture = picture.filter(ImageFilter.GaussianBlur(1)).resize((32, 24))
    done = []
    for name in "PNG", "JPEG", "GIF", "TIFF", "WEBP", "BMP", "JPEG2000", "ICO", "PDF":
        file = io.BytesIO()
        picture.save(file, name)
        if name != "PDF":
            assert Image.open(io.BytesIO(file.getvalue())).convert("RGB").getbbox(), name
        done.append(name)
    assert features.check("freetype2") and features.check("littlecms2")
    print("pillow ok", *done)


if __name__ == "__main__":
    main()
