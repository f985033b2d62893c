# /// script
# requires-python = ">=3.10"
# dependencies = ["imageio[ffmpeg]", "numpy"]
# ///
"""Writes and reads pictures, animations and films through several plugins."""

import tempfile
from pathlib import Path

import imageio.v2 as iio2
import imageio.v3 as iio
import numpy as np

picture = np.zeros((32, 48, 3), dtype=np.uint8)
picture[:16, :, 0] = 255
with tempfile.TemporaryDirectory() as folder:
    folder = Path(folder)
    for ending in "png", "bmp", "tiff", "jpg":
        iio.imwrite(folder / f"a.{ending}", picture)
        back = iio.imread(folder / f"a.{ending}")
        assert back.shape == picture.shape and abs(int(back[2, 2, 0]) - 255) < 5
    iio.imwrite(folder / "a.gif", [picture, 255 - picture], loop=0)
    assert iio.imread(folder / "a.gif", index=None).shape[0] == 2
    with iio2.get_writer(folder / "a.mp4", fps=5) as writer:
        for i in range(5):
            writer.append_data(np.full((64, 64, 3), i * 40, dtype=np.uint8))
    assert iio2.get_reader(folder / "a.mp4").count_frames() == 5
    assert iio.improps(folder / "a.png").shape == (32, 48, 3)
print("ok")
