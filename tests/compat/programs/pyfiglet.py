# /// script
# requires-python = ">=3.10"
# dependencies = ["pyfiglet", "art"]
# ///
"""Draws text with the bundled fonts."""

import art
from pyfiglet import Figlet, FigletFont, figlet_format

assert len(figlet_format("hi", font="slant").splitlines()) > 4
assert len(FigletFont.getFonts()) > 400 and Figlet("banner3").renderText("x").count("#") > 5
assert art.text2art("a", font="block").strip() and art.art("coffee").strip() == "c[_]"
print("ok")
