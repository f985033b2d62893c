# /// script
# dependencies = ["matplotlib"]
# ///
"""A figure in a window of Tk."""

import matplotlib

matplotlib.use("TkAgg")
import matplotlib.pyplot as plt  # noqa: E402

figure, axes = plt.subplots(num="bench", figsize=(4, 3))
axes.plot([1, 2, 3], [1, 4, 9])
figure.canvas.manager.window.geometry("+100+100")
plt.show()
