# /// script
# requires-python = ">=3.10"
# dependencies = ["PySide6"]
# [tool.freeze-compat]
# ci = "false"
# ///
"""Decodes a sound file and lists formats and devices."""

import math
import os
import struct
import tempfile
import wave
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"
from PySide6.QtCore import QCoreApplication, QTimer, QUrl  # noqa: E402
from PySide6.QtMultimedia import QAudioDecoder, QMediaDevices, QMediaFormat, QMediaPlayer  # noqa: E402

app = QCoreApplication([])
assert len(QMediaFormat().supportedFileFormats(QMediaFormat.ConversionMode.Decode)) > 3
QMediaDevices.audioOutputs()
with tempfile.TemporaryDirectory() as folder:
    path = str(Path(folder) / "a.wav")
    with wave.open(path, "wb") as file:
        file.setparams((1, 2, 8000, 8000, "NONE", ""))
        file.writeframes(b"".join(struct.pack("<h", int(9000 * math.sin(i / 5))) for i in range(8000)))
    decoder, frames = QAudioDecoder(), []
    decoder.setSource(QUrl.fromLocalFile(path))
    decoder.bufferReady.connect(lambda: frames.append(decoder.read().frameCount()))
    decoder.finished.connect(app.quit)
    decoder.error.connect(lambda *args: app.exit(1))
    QTimer.singleShot(20000, lambda: app.exit(2))
    QTimer.singleShot(0, decoder.start)
    assert app.exec() == 0, decoder.errorString()
    assert sum(frames) >= 7900, frames
    player, ended = QMediaPlayer(), []
    player.mediaStatusChanged.connect(lambda status: ended.append(status))
    player.setSource(QUrl.fromLocalFile(path))
    QTimer.singleShot(1000, app.quit)
    app.exec()
    assert QMediaPlayer.MediaStatus.LoadedMedia in ended and player.duration() == 1000, (ended, player.duration())

print("ok")
