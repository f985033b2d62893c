# /// script
# dependencies = []
# ///
"""Prints a line."""

print("hello")
