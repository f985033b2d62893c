# /// script
# requires-python = ">=3.10"
# dependencies = ["docutils", "Pygments"]
# ///
"""Renders reStructuredText with several writers, which are loaded by name."""

from docutils.core import publish_parts, publish_string

TEXT = """
Title
=====

.. note:: Mind *this*.

.. code:: python

   x = 1

.. math:: \\alpha^2

.. list-table::

   * - a
     - b

|date| :sub:`x` [1]_

.. |date| replace:: today
.. [1] note
.. include:: <isonum.txt>
"""
quiet = {"report_level": 5}
parts = publish_parts(TEXT, writer_name="html5", settings_overrides=quiet)
assert "Mind <em>this</em>" in parts["body"] and '<span class="name">x</span>' in parts["body"], parts["body"]
for writer, text in (
    ("latex", b"\\documentclass"),
    ("manpage", b".TH"),
    ("xml", b"<document"),
    ("pseudoxml", b"<document"),
    ("html4", b"<html"),
    ("s5", b"<html"),
    ("odt", b"PK"),
):
    assert text in publish_string(TEXT, writer_name=writer, settings_overrides=quiet), writer
german = publish_string(".. achtung:: x\n", writer_name="html5", settings_overrides={"language_code": "de", **quiet})
assert "Achtung" in german.decode()
print("ok")
