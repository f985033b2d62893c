# /// script
# requires-python = ">=3.10"
# dependencies = ["PySide6-Essentials"]
# [tool.freeze-compat]
# ci = "false"
# ///
"""Shows the texts of Qt in another language."""

import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"
from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator  # noqa: E402
from PySide6.QtWidgets import QApplication, QDialogButtonBox  # noqa: E402

app = QApplication([])
for language, expected in ("de", "Abbrechen"), ("fr", "Annuler"), ("ja", "\u30ad\u30e3\u30f3\u30bb\u30eb"):
    translator = QTranslator()
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    assert translator.load(QLocale(language), "qtbase", "_", folder), (language, folder)
    app.installTranslator(translator)
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    text = box.buttons()[0].text().replace("&", "")
    assert text.startswith(expected), text
    app.removeTranslator(translator)

print("ok")
