"""Writes a sound and reads it again."""

import io

import numpy as np
import soundfile

file = io.BytesIO()
soundfile.write(file, np.zeros(800), 8000, format="WAV")
file.seek(0)
data, rate = soundfile.read(file)
print(len(data), rate)
