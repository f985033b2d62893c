import importlib
import pathlib


def main():
    text = pathlib.Path(__file__).parent / "resources" / "text.txt"
    print(text.read_text().strip(), importlib.import_module("hello_world." + "hidden").NAME)
