import os
import sys

from PyQt6.QtWidgets import QApplication
from PyQt6.uic import loadUi

# Only the form names the package of its widget.
app = QApplication([sys.argv[0], "-platform", "offscreen"])
print("loaded", loadUi(os.path.join(os.path.dirname(__file__), "form.ui")).dial.HELLO)
