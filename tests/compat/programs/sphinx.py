# /// script
# requires-python = ">=3.10"
# dependencies = ["sphinx", "furo", "myst-parser"]
# ///
"""Builds a small document with extensions, builders and a theme that are loaded by name."""

import tempfile
from pathlib import Path

from sphinx.application import Sphinx

CONF = """
project = "Demo"
extensions = ["sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.mathjax", "sphinx.ext.viewcode", "myst_parser"]
html_theme = "%s"
language = "de"
"""
INDEX = """
Demo
====

.. toctree::

   more

.. note:: Mind.

.. code-block:: python

   x = 1

.. autofunction:: json.dumps

:math:`a^2`
"""
with tempfile.TemporaryDirectory() as folder:
    folder = Path(folder)
    (folder / "index.rst").write_text(INDEX)
    (folder / "more.md").write_text("# More\n\nText *here*.\n")
    for theme in "alabaster", "furo":
        (folder / "conf.py").write_text(CONF % theme)
        out = folder / theme
        app = Sphinx(folder, folder, out, out / "doctrees", "html", status=None, freshenv=True)
        app.build()
        page = (out / "index.html").read_text()
        assert app.statuscode == 0 and "json.dumps" in page and "Bemerkung" in page and (out / "more.html").exists(), (
            theme
        )
        assert (out / "_static/pygments.css").exists() and (out / "searchindex.js").exists()
    for builder in "text", "latex", "epub", "man":
        app = Sphinx(folder, folder, folder / builder, folder / "d", builder, status=None, warning=None)
        app.build()
        assert any((folder / builder).iterdir()), builder
print("ok")
