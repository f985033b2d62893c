# /// script
# dependencies = []
# debian = ["python3-gi", "gir1.2-gtk-3.0", "adwaita-icon-theme", "librsvg2-common"]
# ///
"""A window of GTK 3, with Debian's Python: PyPI has no wheels of PyGObject for Linux."""

import os

os.environ["NO_AT_BRIDGE"] = "1"
import gi  # noqa: E402

gi.require_version("Gtk", "3.0")
from gi.repository import Gtk  # noqa: E402

window = Gtk.Window(title="bench", default_width=300, default_height=200)
box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL)
box.pack_start(Gtk.Label(label="Hello"), True, True, 0)
box.pack_start(Gtk.Button.new_from_icon_name("document-open", Gtk.IconSize.BUTTON), False, False, 0)
window.add(box)
window.connect("destroy", Gtk.main_quit)
window.show_all()
Gtk.main()
