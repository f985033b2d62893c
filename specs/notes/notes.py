"""Prints the notes that came with the program."""

import importlib
import os
import sys
from pathlib import Path

TEXTS = Path(sys._MEIPASS if getattr(sys, "frozen", False) else Path(__file__).parent / "share") / "texts"


def main():
    for path in sorted(TEXTS.glob("*.txt")):
        print(f"{path.stem}: {path.read_text(encoding='utf-8').strip()}")
    # Found by its name at run time only: the spec names it.
    shout = importlib.import_module("plugins." + os.environ.get("NOTES_PLUGIN", "shout"))
    print(shout.say(f"started by {sys.started_by}, home {'set' if os.environ['NOTES_HOME'] else 'not set'}"))


if __name__ == "__main__":
    main()
