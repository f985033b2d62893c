# /// script
# dependencies = ["pyarrow", "opencv-python-headless", "scipy"]
# ///
"""Computes with large libraries; it has no window."""

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from scipy import linalg

picture = np.zeros((50, 50), np.uint8)
cv2.circle(picture, (25, 25), 10, 255, -1)
table = pa.table({"n": [int(picture.sum()), 2, 3]})
sink = pa.BufferOutputStream()
pq.write_table(table, sink)
print(pq.read_table(sink.getvalue()).num_rows, round(linalg.det(np.eye(3) * 2), 3))
