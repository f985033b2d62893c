# /// script
# dependencies = ["kivy[base]"]
# ///
"""A window of Kivy."""

import os

os.environ["KIVY_NO_ARGS"] = os.environ["KIVY_NO_CONSOLELOG"] = "1"
from kivy.app import App  # noqa: E402
from kivy.config import Config  # noqa: E402

Config.set("graphics", "width", "300")
Config.set("graphics", "height", "200")
from kivy.uix.button import Button  # noqa: E402


class Bench(App):
    title = "bench"

    def build(self):
        return Button(text="Hello")


Bench().run()
