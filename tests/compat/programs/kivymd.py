# /// script
# requires-python = ">=3.10"
# dependencies = ["kivymd>=2", "kivy[base]"]
# [tool.freeze-compat]
# ci = false
# screen = true
# strict = true
# ///
"""Shows widgets, an icon and a bar of KivyMD 2."""

import os

os.environ["KIVY_NO_ARGS"] = "1"
os.environ["KIVY_LOG_MODE"] = "PYTHON"
from kivy.clock import Clock  # noqa: E402
from kivy.config import Config  # noqa: E402

Config.set("graphics", "width", "300")
Config.set("graphics", "height", "200")
from kivy.core.window import Window  # noqa: E402
from kivy.lang import Builder  # noqa: E402
from kivymd.app import MDApp  # noqa: E402

FORM = """
MDScreen:
    MDButton:
        style: "filled"
        MDButtonText:
            text: "Press"
    MDIconButton:
        icon: "language-python"
    MDTopAppBar:
        MDTopAppBarTitle:
            text: "Title"
"""


class Application(MDApp):
    def build(self):
        self.theme_cls.primary_palette = "Teal"
        return Builder.load_string(FORM)

    def on_start(self):
        Clock.schedule_once(self.finish, 1)

    def finish(self, _):
        print(Window.size, [type(child).__name__ for child in self.root.children])
        self.stop()


Application().run()
print("ok")
