# /// script
# requires-python = ">=3.10"
# dependencies = ["moviepy"]
# ///
"""Makes a film by the bundled executable and reads it back."""

import tempfile

import imageio_ffmpeg
import numpy as np
from moviepy import ColorClip, CompositeVideoClip, VideoFileClip, vfx

assert imageio_ffmpeg.get_ffmpeg_version()
with tempfile.TemporaryDirectory() as folder:
    red = ColorClip((64, 48), (255, 0, 0), duration=1)
    blue = ColorClip((16, 16), (0, 0, 255), duration=1).with_position((8, 8)).with_effects([vfx.FadeIn(0.1)])
    path = f"{folder}/a.mp4"
    CompositeVideoClip([red, blue]).write_videofile(path, fps=10, logger=None)
    with VideoFileClip(path) as clip:
        assert clip.size == [64, 48] and abs(clip.duration - 1) < 0.2
        frame = clip.get_frame(0.5)
        assert frame[40, 60, 0] > 200 and frame[16, 16, 2] > 200 and np.ndim(frame) == 3
print("ok")
