"""Writes Greek and Chinese words in Latin letters."""

from unidecode import unidecode

print(unidecode("\u039a\u03b1\u03bb\u03b7\u03bc\u03ad\u03c1\u03b1"), unidecode("\u5317\u4eac"))
