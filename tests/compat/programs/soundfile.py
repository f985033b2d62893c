# /// script
# requires-python = ">=3.10"
# dependencies = ["soundfile", "numpy"]
# ///
"""Writes and reads sound in several formats through the bundled library."""

import io

import numpy as np
import soundfile

tone = np.sin(np.arange(8000) * 0.1) / 2
for form, subtype in ("WAV", "PCM_16"), ("FLAC", "PCM_24"), ("OGG", "VORBIS"), ("OGG", "OPUS"), ("MP3", None):
    out = io.BytesIO()
    soundfile.write(out, tone, 8000, format=form, subtype=subtype)
    out.seek(0)
    back, rate = soundfile.read(out)
    assert rate == 8000 and abs(len(back) - 8000) < 2500, (form, len(back))
    if form in ("WAV", "FLAC"):
        assert np.abs(back - tone).max() < 1e-3
assert soundfile.__libsndfile_version__
print("ok")
