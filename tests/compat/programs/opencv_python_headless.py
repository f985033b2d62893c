# /// script
# requires-python = ">=3.10"
# dependencies = ["opencv-python-headless"]
# ///
"""Finds shapes and faces' cascades, encodes pictures and films."""

import tempfile
from pathlib import Path

import cv2
import numpy as np

picture = np.zeros((100, 100, 3), dtype=np.uint8)
cv2.rectangle(picture, (20, 30), (60, 70), (255, 255, 255), -1)
contours, _ = cv2.findContours(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
assert cv2.boundingRect(contours[0]) == (20, 30, 41, 41)
ok, png = cv2.imencode(".png", picture)
assert ok and (cv2.imdecode(png, cv2.IMREAD_COLOR) == picture).all()
if hasattr(cv2, "CascadeClassifier"):
    assert not cv2.CascadeClassifier(cv2.data.haarcascades + "haarcascade_frontalface_default.xml").empty()
points, _ = cv2.ORB_create().detectAndCompute(np.random.default_rng(0).integers(0, 255, (200, 200), np.uint8), None)
assert len(points) > 50
with tempfile.TemporaryDirectory() as folder:
    path = str(Path(folder) / "f.avi")
    writer = cv2.VideoWriter(path, cv2.VideoWriter_fourcc(*"MJPG"), 5, (100, 100))
    for _ in range(3):
        writer.write(picture)
    writer.release()
    film = cv2.VideoCapture(path)
    frames = 0
    while film.read()[0]:
        frames += 1
    assert frames == 3
print("ok")
