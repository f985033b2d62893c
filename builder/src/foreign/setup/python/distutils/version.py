"""Versions that setup scripts compare."""

import functools
import re


@functools.total_ordering
class Version:
    """A version: numbers and words between dots."""

    def __init__(self, vstring=None):
        if vstring:
            self.parse(vstring)

    def parse(self, vstring):
        self.vstring = str(vstring)
        parts = [part for part in re.split(r"(\d+|[a-z]+|\.)", self.vstring) if part and part != "."]
        self.version = [int(part) if part.isdigit() else part for part in parts]

    def _key(self):
        # Numbers come after words, as a release after its candidates.
        return [(isinstance(part, int), part) for part in self.version]

    def _other(self, other):
        return other if isinstance(other, Version) else type(self)(other)

    def __eq__(self, other):
        return self._key() == self._other(other)._key()

    def __lt__(self, other):
        return self._key() < self._other(other)._key()

    def __str__(self):
        return self.vstring

    __hash__ = None


class LooseVersion(Version):
    """Any version."""


class StrictVersion(Version):
    """A version of numbers."""
