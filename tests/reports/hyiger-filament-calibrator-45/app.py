"""Runs a page whose script is a file beside the program."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

test = AppTest.from_file(str(Path(__file__).parent / "gui.py"), default_timeout=60).run()
print([text.value for text in test.markdown], len(test.exception))
