# /// script
# requires-python = ">=3.10"
# dependencies = ["PySide6"]
# [tool.freeze-compat]
# ci = "false"
# ///
"""Uses D-Bus, an icon in the system tray, a dialog and a form of Qt Designer."""

import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"
from PySide6.QtCore import QBuffer, QByteArray, QTimer  # noqa: E402
from PySide6.QtDBus import QDBusConnection, QDBusMessage  # noqa: E402
from PySide6.QtGui import QAction, QIcon, QPixmap  # noqa: E402
from PySide6.QtUiTools import QUiLoader  # noqa: E402
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu, QSystemTrayIcon  # noqa: E402

FORM = b"""<ui version="4.0"><class>Form</class><widget class="QWidget" name="Form"><layout class="QVBoxLayout">
<item><widget class="QPushButton" name="button"><property name="text"><string>Press</string></property></widget></item>
</layout></widget></ui>"""
app = QApplication([])
message = QDBusMessage.createMethodCall("org.freedesktop.DBus", "/", "org.freedesktop.DBus", "ListNames")
reply = QDBusConnection.sessionBus().call(message)
assert reply.type() in (QDBusMessage.MessageType.ErrorMessage, QDBusMessage.MessageType.ReplyMessage)
pixmap = QPixmap(16, 16)
pixmap.fill("red")
tray, menu = QSystemTrayIcon(QIcon(pixmap)), QMenu()
menu.addAction(QAction("Quit", menu, triggered=app.quit))
tray.setContextMenu(menu)
tray.show()
data = QByteArray(FORM)
buffer = QBuffer(data)
form = QUiLoader().load(buffer)
assert form.findChild(object, "button").text() == "Press"
dialog = QFileDialog()
dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
dialog.show()
QTimer.singleShot(200, menu.actions()[0].trigger)
assert app.exec() == 0

print("ok")
