"""Takes the backend that the environment names."""

import os

os.environ["BUTTONS_BACKEND"] = "dummy"

from buttons import keyboard, mouse

print(keyboard.Key.__module__, mouse.Button.__module__)
