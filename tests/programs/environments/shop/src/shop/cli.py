import importlib.metadata
import importlib.resources
import locale
import sys


def main():
    language = (locale.getlocale()[0] or "en_GB").split("_")[0].replace("C", "en")
    text = importlib.resources.files("shop").joinpath("texts", language + ".txt").read_text().strip()
    found = importlib.metadata.entry_points()
    plugins = found.select(group="shop.plugins") if hasattr(found, "select") else found["shop.plugins"]
    prices = {plugin.name: plugin.load().price for plugin in plugins}
    print(text, importlib.metadata.version("my-shop"), prices, sys.argv[1:])


def admin():
    print("admin")
