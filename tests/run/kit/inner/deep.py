"""A module to look at."""

import pydoc
import warnings

VALUE = 42


class Class:
    """What it is for."""


def function(number, *rest, key=None):
    return 1 / number


def warn():
    warnings.warn("from here", UserWarning)


def help(output):
    output.write(pydoc.render_doc(function, renderer=pydoc.plaintext))
