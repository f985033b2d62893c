# /// script
# requires-python = ">=3.10"
# dependencies = ["av", "numpy"]
# ///
"""Encodes a video and an audio track and decodes them."""

import tempfile
from pathlib import Path

import av
import numpy as np

with tempfile.TemporaryDirectory() as folder:
    path = str(Path(folder) / "film.mp4")
    with av.open(path, "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for i in range(10):
            picture = np.full((48, 64, 3), i * 20, dtype=np.uint8)
            for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    with av.open(path) as container:
        frames = [f.to_ndarray(format="rgb24") for f in container.decode(video=0)]
    assert len(frames) == 10 and frames[0].shape == (48, 64, 3)
    assert abs(int(frames[9].mean()) - 180) < 12, frames[9].mean()
assert "h264" in av.codecs_available and "libx264" in av.codecs_available
print("ok")
