# /// script
# requires-python = ">=3.10"
# dependencies = []
# [tool.freeze-compat]
# debian = ["python3-gi", "gir1.2-gtk-4.0", "adwaita-icon-theme", "librsvg2-common"]
# hide = [
#     "/usr/lib/x86_64-linux-gnu/girepository-1.0", "/usr/lib/x86_64-linux-gnu/gdk-pixbuf-2.0", "/usr/lib/x86_64-linux-gnu/libgtk-4.so.1",
#     "/usr/lib/x86_64-linux-gnu/libgirepository-1.0.so.1", "/usr/share/icons", "/usr/share/glib-2.0", "/usr/share/mime",
# ]
# ci = false
# screen = true
# strict = true
# ///
"""Shows a window of GTK 4 with a list, an icon and a style sheet."""

import gi

gi.require_versions({"Gtk": "4.0", "Gdk": "4.0"})
from gi.repository import Gdk, Gio, GLib, Gtk  # noqa: E402


def finish(window):
    paintable = Gtk.WidgetPaintable(widget=window)
    print(paintable.get_intrinsic_width() > 100, paintable.get_intrinsic_height() > 100)
    theme = Gtk.IconTheme.get_for_display(Gdk.Display.get_default())
    print([theme.has_icon(name) for name in ("document-save-symbolic", "no-such-icon")])
    window.get_application().quit()


def activate(application):
    window = Gtk.ApplicationWindow(application=application, title="GTK", default_width=300, default_height=200)
    box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL)
    box.append(Gtk.Image(icon_name="document-save-symbolic"))
    model = Gtk.StringList.new(["a", "b"])
    factory = Gtk.SignalListItemFactory()
    factory.connect("setup", lambda _, item: item.set_child(Gtk.Label()))
    factory.connect("bind", lambda _, item: item.get_child().set_label(item.get_item().get_string()))
    box.append(Gtk.ListView(model=Gtk.NoSelection(model=model), factory=factory))
    style = Gtk.CssProvider()
    style.load_from_data(b"label { color: red; }")
    Gtk.StyleContext.add_provider_for_display(Gdk.Display.get_default(), style, Gtk.STYLE_PROVIDER_PRIORITY_USER)
    window.set_child(box)
    window.present()
    GLib.timeout_add(600, finish, window)


application = Gtk.Application(application_id="org.example.Compat4", flags=Gio.ApplicationFlags.NON_UNIQUE)
application.connect("activate", activate)
application.run([])
print("ok")
