# /// script
# requires-python = ">=3.10"
# dependencies = ["matplotlib"]
# ///
"""Draws with several backends, with text, mathematics and a colour map."""

import io
import tempfile
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import numpy as np

for backend, form, magic in (
    ("agg", "png", b"\x89PNG"),
    ("svg", "svg", b"<?xml"),
    ("pdf", "pdf", b"%PDF"),
    ("ps", "ps", b"%!PS"),
    ("agg", "jpg", b"\xff\xd8"),
):
    plt.switch_backend(backend)
    figure, (left, right) = plt.subplots(1, 2)
    left.plot([1, 2, 3], label=r"$\sqrt{\alpha}$")
    left.set_title("Tïtle $x^2$")
    left.legend()
    right.imshow(np.arange(16).reshape(4, 4), cmap="viridis")
    out = io.BytesIO()
    figure.savefig(out, format=form)
    assert out.getvalue().startswith(magic), form
    plt.close(figure)
figure = plt.figure()
axes = figure.add_subplot(projection="3d")
axes.plot_surface(*np.meshgrid(range(3), range(3)), np.ones((3, 3)))
with tempfile.TemporaryDirectory() as folder:
    figure.savefig(Path(folder) / "a.png", dpi=50)
    assert plt.imread(Path(folder) / "a.png").shape == (240, 320, 4)
with plt.style.context("ggplot"):
    assert plt.rcParams["axes.facecolor"] == "#E5E5E5"
assert "DejaVuSans.ttf" in matplotlib.font_manager.findfont("DejaVu Sans")
assert len(plt.colormaps()) > 150
print("ok")
