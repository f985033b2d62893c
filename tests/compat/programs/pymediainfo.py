# /// script
# requires-python = ">=3.10"
# dependencies = ["pymediainfo"]
# ///
"""Reads what files are through the bundled library."""

import struct
import tempfile
import wave

from pymediainfo import MediaInfo

assert MediaInfo.can_parse()
with tempfile.NamedTemporaryFile(suffix=".wav") as file:
    with wave.open(file.name, "wb") as sound:
        sound.setnchannels(2)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(struct.pack("<32000h", *[0] * 32000))
    info = MediaInfo.parse(file.name)
assert info.audio_tracks[0].channel_s == 2 and info.general_tracks[0].duration == 2000
print("ok")
