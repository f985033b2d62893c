# /// script
# dependencies = ["PyQt5"]
# ///
"""A window of PyQt5 with two widgets."""

import sys

from PyQt5.QtWidgets import QApplication, QLabel, QPushButton, QVBoxLayout, QWidget

app = QApplication(sys.argv)
window = QWidget()
window.setWindowTitle("bench")
layout = QVBoxLayout(window)
layout.addWidget(QLabel("Hello"))
layout.addWidget(QPushButton("Press"))
window.setGeometry(100, 100, 300, 200)
window.show()
sys.exit(app.exec_())
