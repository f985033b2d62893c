"""What the builder wants, for all stand-ins."""

import os

import _freeze_wire

order = {}
"""Platform, project and folders of the build."""


def relative_to():
    """Returns the folder that paths of a setup script count from: the current one."""
    return os.getcwd()


def note(message, hint=None, minor=False):
    """Reports something to the user, once."""
    _freeze_wire.wire.note(message, hint, minor)


def refuse(message, hint=None, place=None):
    """Ends the build with an error about the user's code."""
    _freeze_wire.wire.refuse(message, hint, place)
