"""Computes with numpy and pandas and draws the result with matplotlib into a PNG."""

import io
import os
import struct
import tempfile

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd


def main():
    a = np.random.default_rng(1).normal(size=(100, 100))
    assert np.allclose(np.linalg.inv(a) @ a, np.eye(100), atol=1e-6)
    assert np.allclose(np.fft.ifft(np.fft.fft(a[0])).real, a[0])

    frame = pd.read_csv(io.StringIO("day,kind,n\n2024-01-01,a,1\n2024-01-02,b,2\n2024-01-03,a,3\n"), parse_dates=["day"])
    sums = frame.groupby("kind")["n"].sum()
    assert sums.to_dict() == {"a": 4, "b": 2}
    assert frame.set_index("day").resample("2D")["n"].sum().tolist() == [3, 3]
    assert frame["day"].dt.tz_localize("Europe/Berlin").dt.tz_convert("UTC").iloc[0].hour == 23
    assert frame.to_json(orient="records").startswith("[{")
    assert "kind" in frame.to_html() and "day" in frame.to_string()

    figure, axes = plt.subplots(figsize=(3, 2), dpi=100)
    axes.bar(sums.index, sums.to_numpy())
    axes.set_title(r"$\sum n$ by kind")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "plot.png")
        figure.savefig(path)
        for other in "svg", "pdf":
            figure.savefig(os.path.join(folder, "plot." + other))
            assert os.path.getsize(os.path.join(folder, "plot." + other)) > 1000
        with open(path, "rb") as file:
            head = file.read(24)
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    print("science ok", *struct.unpack(">II", head[16:24]), "pixels")


if __name__ == "__main__":
    main()
