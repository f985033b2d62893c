# /// script
# requires-python = ">=3.10"
# dependencies = []
# [tool.freeze-compat]
# debian = ["python3-gi", "python3-gi-cairo", "gir1.2-gtk-3.0", "gir1.2-gtksource-4", "adwaita-icon-theme", "librsvg2-common"]
# hide = [
#     "/usr/lib/x86_64-linux-gnu/girepository-1.0", "/usr/lib/x86_64-linux-gnu/gdk-pixbuf-2.0", "/usr/lib/x86_64-linux-gnu/libgtk-3.so.0",
#     "/usr/lib/x86_64-linux-gnu/libgdk-3.so.0", "/usr/lib/x86_64-linux-gnu/libgirepository-1.0.so.1", "/usr/share/icons",
#     "/usr/lib/x86_64-linux-gnu/gio", "/usr/share/glib-2.0", "/usr/share/locale", "/usr/share/mime", "/usr/share/gtksourceview-4",
# ]
# ci = false
# screen = true
# strict = true
# ///
"""Shows a window of GTK 3 with icons, a drawing, a form, a list and an editor; loads pictures; opens a file dialog."""

import hashlib
import locale
import os
import tempfile
import warnings

os.environ.update(NO_AT_BRIDGE="1", GTK_USE_PORTAL="0")
import gi  # noqa: E402

for namespace in "Gtk", "Gdk":
    gi.require_version(namespace, "3.0")
gi.require_version("GtkSource", "4")
from gi.repository import Gdk, GdkPixbuf, Gio, GLib, Gtk, GtkSource, Pango  # noqa: E402

FORM = """<interface><object class="GtkBox" id="form"><child><object class="GtkButton" id="undo"><property name="visible">True</property>
<property name="image">picture</property></object></child></object><object class="GtkImage" id="picture">
<property name="icon-name">edit-undo-symbolic</property></object></interface>"""
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"><rect width="20" height="10" fill="red"/></svg>'


class Window(Gtk.ApplicationWindow):
    def __init__(self, **options):
        super().__init__(title="GTK", default_width=420, default_height=320, **options)
        box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL)
        box.pack_start(Gtk.Button.new_from_icon_name("document-open", Gtk.IconSize.BUTTON), False, False, 0)
        self.drawn = 0
        area = Gtk.DrawingArea(height_request=40)
        area.connect("draw", self.draw)
        box.pack_start(area, False, False, 0)
        builder = Gtk.Builder.new_from_string(FORM, -1)
        box.pack_start(builder.get_object("form"), False, False, 0)
        store = Gtk.ListStore(str, int)
        store.append(["a", 1])
        view = Gtk.TreeView(model=store)
        view.append_column(Gtk.TreeViewColumn("Name", Gtk.CellRendererText(), text=0))
        box.pack_start(view, False, False, 0)
        language = GtkSource.LanguageManager.get_default().get_language("python3")
        buffer = GtkSource.Buffer(language=language, text="import os  # comment")
        box.pack_start(GtkSource.View(buffer=buffer), True, True, 0)
        self.add(box)
        self.language = language.get_name()

    def draw(self, area, context):
        context.set_source_rgb(0, 0.5, 0)
        context.rectangle(5, 5, 30, 30)
        context.fill()
        self.drawn += 1


def finish(window):
    inner = window.get_window()
    pixels = Gdk.pixbuf_get_from_window(inner, 0, 0, inner.get_width(), inner.get_height())
    print(pixels.get_width(), pixels.get_height(), hashlib.sha256(pixels.get_pixels()).hexdigest())
    print(window.drawn > 0, window.language, Pango.version_string())
    theme = Gtk.IconTheme.get_default()
    print([theme.has_icon(name) for name in ("document-open", "edit-undo-symbolic", "no-such-icon")])
    loader = GdkPixbuf.PixbufLoader()
    loader.write(SVG)
    loader.close()
    print(loader.get_pixbuf().get_width(), sorted(f.get_name() for f in GdkPixbuf.Pixbuf.get_formats()))
    with tempfile.TemporaryDirectory() as folder:
        for kind in "png", "jpeg", "bmp", "tiff":
            path = os.path.join(folder, f"a.{kind}")
            pixels.savev(path, kind, [], [])
            print(kind, GdkPixbuf.Pixbuf.new_from_file(path).get_width(), Gio.content_type_guess(path, None)[0])
    dialog = Gtk.FileChooserDialog(title="Open", transient_for=window, action=Gtk.FileChooserAction.OPEN)
    dialog.add_buttons(Gtk.STOCK_CANCEL, Gtk.ResponseType.CANCEL)
    dialog.show_all()
    while Gtk.events_pending():
        Gtk.main_iteration()
    print(Gio.SettingsSchemaSource.get_default().lookup("org.gtk.Settings.FileChooser", True).get_id())
    print(locale.dgettext("gtk30", "_Cancel"), dialog.get_size()[0] > 100)
    dialog.destroy()
    window.get_application().quit()


def activate(application):
    window = Window(application=application)
    window.show_all()
    GLib.timeout_add(600, finish, window)


warnings.simplefilter("ignore")
application = Gtk.Application(application_id="org.example.Compat", flags=Gio.ApplicationFlags.NON_UNIQUE)
application.connect("activate", activate)
application.run([])
assert "XDG_DATA_DIRS" not in os.environ and "GI_TYPELIB_PATH" not in os.environ
print("ok")
