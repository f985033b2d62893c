# /// script
# requires-python = ">=3.10"
# dependencies = ["matplotlib"]
# [tool.freeze-compat]
# debian = ["python3-gi", "python3-gi-cairo", "gir1.2-gtk-3.0"]
# hide = ["/usr/lib/x86_64-linux-gnu/girepository-1.0", "/usr/lib/x86_64-linux-gnu/libgtk-3.so.0"]
# ci = false
# screen = true
# strict = true
# ///
"""Shows a figure in a window of GTK 3, which the program chooses by a word."""

import hashlib

import matplotlib

matplotlib.use("GTK3Agg")
import matplotlib.pyplot as plt  # noqa: E402

figure, axes = plt.subplots()
axes.plot([1, 2, 3])
plt.show(block=False)
plt.pause(0.5)
print(matplotlib.get_backend(), type(figure.canvas.manager.toolbar).__name__)
print(hashlib.sha256(bytes(figure.canvas.buffer_rgba())).hexdigest())
plt.close("all")

print("ok")
