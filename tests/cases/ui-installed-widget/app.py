import importlib
import os
from xml.etree import ElementTree

# As PyQt6.uic does it. Only the form names the package of its widget.
form = ElementTree.parse(os.path.join(os.path.dirname(os.path.abspath(__file__)), "form.ui"))
print("loaded", importlib.import_module(form.findtext(".//header")).Dial.HELLO)
