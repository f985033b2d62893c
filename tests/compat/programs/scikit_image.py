# /// script
# requires-python = ">=3.10"
# dependencies = ["scikit-image", "pooch"]
# ///
"""Filters, segments and measures the bundled pictures, whose modules load lazily."""

import tempfile
from pathlib import Path

import numpy as np
import skimage
from skimage import data, feature, filters, io, measure, morphology, segmentation, transform

picture = (skimage.color.rgb2gray(data.astronaut()) * 255).astype(np.uint8)
assert picture.shape == (512, 512)
assert 50 < filters.threshold_otsu(picture) < 200
square = np.zeros((40, 40), dtype=bool)
square[5:15, 5:15] = square[20:30, 20:35] = True
regions = measure.regionprops(measure.label(square))
assert sorted(int(r.area) for r in regions) == [100, 150]
assert morphology.skeletonize(square).sum() > 5 and feature.canny(square.astype(float)).any()
assert transform.rotate(picture, 90).shape == (512, 512) and transform.resize(picture, (64, 64)).shape == (64, 64)
assert segmentation.slic(data.astronaut()[:64, :64], n_segments=10).max() > 3
assert skimage.metrics.structural_similarity(picture, picture) == 1
cascade = feature.Cascade(data.lbp_frontal_face_cascade_filename())
assert cascade.detect_multi_scale(data.astronaut(), 1.2, 1, (60, 60), (200, 200))
with tempfile.TemporaryDirectory() as folder:
    io.imsave(Path(folder) / "p.png", picture, check_contrast=False)
    assert (io.imread(Path(folder) / "p.png") == picture).all()
print("ok")
