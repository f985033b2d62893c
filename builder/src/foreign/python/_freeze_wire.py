"""The connection to the builder: one JSON object per line, on pipes that code of the user does not see."""

import os
import sys

try:
    from _json import encode_basestring_ascii
except ImportError:
    from json.encoder import encode_basestring_ascii

# Longer lines are read faster by `json`, in bytes.
LONG = 65536
HERE = os.path.dirname(os.path.abspath(__file__))


class Failed(BaseException):
    """The builder has failed and reports why: the process only has to end."""


class Wire:
    """Takes the pipes on standard input and output, and gives their place to the null device and to standard error."""

    def __init__(self):
        self._in = os.fdopen(os.dup(0), "rb")
        self._out = os.fdopen(os.dup(1), "wb")
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.close(null)
        os.dup2(2, 1)
        self._noted = set()
        self.answers = {}

    def send(self, kind, **fields):
        fields["kind"] = kind
        sys.stdout.flush()
        self._out.write(encoded(fields).encode("ascii") + b"\n")
        self._out.flush()

    def receive(self):
        line = self._in.readline()
        if not line:
            # The builder has ended.
            raise Failed
        return decoded(line)

    def ask(self, kind, **fields):
        """Sends a request and returns the reply. Answers what the builder asks in between."""
        self.send(kind, **fields)
        while True:
            reply = self.receive()
            asked = reply.get("ask")
            if asked is None:
                break
            self.send("answer", value=self.answers[asked](reply))
        if reply.get("failed"):
            raise Failed
        return reply

    def note(self, message, hint=None, minor=False):
        """Reports something to the user, once."""
        if message not in self._noted:
            self._noted.add(message)
            self.send("note", message=message, hint=hint, minor=minor)

    def refuse(self, message, hint=None, place=None):
        """Ends the build with an error about the code that called into the stand-ins."""
        self.send("refused", message=message, hint=hint, place=place or caller())
        raise Failed


# The module `json` takes longer to import than most specs take to run.


def encoded(value):
    """Returns a value as JSON."""
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    kind = type(value)
    if kind is str:
        return encode_basestring_ascii(value)
    if kind is int:
        return repr(value)
    if isinstance(value, dict):
        return "{%s}" % ",".join(encode_basestring_ascii(str(key)) + ":" + encoded(item) for key, item in value.items())
    if isinstance(value, (list, tuple, set, frozenset)):
        return "[%s]" % ",".join(map(encoded, value))
    if isinstance(value, (int, float)) and value == value and abs(value) != float("inf"):
        return repr(float(value)) if isinstance(value, float) else repr(int(value))
    return encode_basestring_ascii(os.fspath(value) if isinstance(value, os.PathLike) else str(value))


def decoded(line):
    """Returns the value of a line of JSON, which the builder has written."""
    if len(line) > LONG:
        import json
        return json.loads(line.decode("utf-8"))
    return eval(line.decode("utf-8"), {"__builtins__": {}, "null": None, "true": True, "false": False})


def caller():
    """Returns file and line of the code that called into the stand-ins."""
    frame = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(HERE):
        frame = frame.f_back
    return [frame.f_code.co_filename, frame.f_lineno] if frame is not None else None


wire = None
"""The connection, which the driver opens first."""
