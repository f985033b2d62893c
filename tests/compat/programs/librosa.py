# /// script
# requires-python = ">=3.10"
# dependencies = ["librosa"]
# ///
"""Makes a signal and finds its pitch, tempo and features."""

import tempfile
from pathlib import Path

import librosa
import numpy as np
import soundfile

rate = 22050
tone = librosa.tone(440.0, sr=rate, duration=1.0)
chroma = librosa.feature.chroma_stft(y=tone, sr=rate)
assert chroma.mean(axis=1).argmax() == 9
f0 = librosa.yin(tone, fmin=100, fmax=1000, sr=rate)
assert abs(np.median(f0) - 440) < 5
assert librosa.feature.mfcc(y=tone, sr=rate, n_mfcc=13).shape[0] == 13
assert librosa.note_to_hz("A4") == 440 and librosa.hz_to_note(261.63) == "C4"
clicks = librosa.clicks(times=np.arange(0, 8, 0.5), sr=rate, length=8 * rate)
tempo, beats = librosa.beat.beat_track(y=clicks, sr=rate)
assert abs(float(np.atleast_1d(tempo)[0]) - 120) < 6, tempo
with tempfile.TemporaryDirectory() as folder:
    path = str(Path(folder) / "a.wav")
    soundfile.write(path, tone, rate)
    back, got = librosa.load(path, sr=11025)
    assert got == 11025 and abs(len(back) - 11025) < 5
print("ok")
