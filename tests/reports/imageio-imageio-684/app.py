"""Writes a picture and reads it again."""

import os
import tempfile

import imageio.v3 as iio
import numpy as np

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "small.png")
    iio.imwrite(path, np.array([[0, 80], [160, 255]], dtype=np.uint8))
    print(iio.imread(path).tolist())
