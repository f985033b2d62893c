"""Standard streams, encodings and buffering."""

import io
import locale
import os
import sys


def observe(note, arguments):
    for name in "stdin", "stdout", "stderr":
        stream = getattr(sys, name)
        note(name, stream is None)
        note(name + ".original", stream is getattr(sys, f"__{name}__"))
        if stream is None:
            continue
        for attribute in "encoding errors line_buffering write_through newlines name mode closed".split():
            note(f"{name}.{attribute}", getattr(stream, attribute, "none"))
        note(name + ".buffer", type(getattr(stream, "buffer", None)).__name__)
        note(name + ".raw", type(getattr(getattr(stream, "buffer", None), "raw", None)).__name__)
        note(name + ".size", getattr(getattr(stream, "buffer", None), "buffer_size", "none"))
        note(name + ".isatty", stream.isatty())
    note("preferred", locale.getpreferredencoding(False))
    note("filesystem", [sys.getfilesystemencoding(), sys.getfilesystemencodeerrors()])
    note("locale.ctype", locale.setlocale(locale.LC_CTYPE, None))
    note("utf8_mode", sys.flags.utf8_mode)
    note("open", io.open(os.devnull).encoding)
    note("arguments", [ascii(argument) for argument in arguments])
    note("environ.bytes", sorted(ascii(v) for v in os.environ.values() if not v.isascii()))
    note("environ.LC_CTYPE", os.environ.get("LC_CTYPE"))
    if "read" in arguments:
        note("read", ascii(sys.stdin.read()))
