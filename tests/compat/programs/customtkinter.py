# /// script
# requires-python = ">=3.10"
# dependencies = ["customtkinter", "Pillow"]
# [tool.freeze-compat]
# ci = false
# screen = true
# strict = true
# ///
"""Shows a window of customtkinter with a theme, and prints its pixels."""

import hashlib
import os

import customtkinter
from PIL import ImageGrab

customtkinter.set_appearance_mode("dark")
customtkinter.set_default_color_theme("green")
application = customtkinter.CTk()
application.geometry("400x300+10+10")
customtkinter.CTkButton(application, text="Press").pack(pady=5)
customtkinter.CTkSlider(application).pack()
customtkinter.CTkSwitch(application, text="on").pack()
tabs = customtkinter.CTkTabview(application)
tabs.pack()
tabs.add("a")


def finish():
    x, y = application.winfo_rootx(), application.winfo_rooty()
    box = x, y, x + application.winfo_width(), y + application.winfo_height()
    picture = ImageGrab.grab(xdisplay=os.environ["DISPLAY"]).crop(box)
    print(picture.size, len(picture.getcolors(1 << 20)), hashlib.sha256(picture.tobytes()).hexdigest())
    application.quit()


application.after(800, finish)
application.mainloop()

print("ok")
