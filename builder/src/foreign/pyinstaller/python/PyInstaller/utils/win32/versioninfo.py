"""Version resources of Windows: a description that is written as the text of a version file."""


class _Part:
    """A part whose text is the call that creates it."""

    def __repr__(self):
        return self.text("")

    __str__ = __unicode__ = __repr__

    def toRaw(self):
        return str(self).encode("utf-8")

    def __eq__(self, other):
        return isinstance(other, _Part) and str(self) == str(other)

    __hash__ = None


def _block(head, parts, indent):
    inner = indent + "  "
    return "%s(\n%s[\n%s\n%s])" % (head, inner, ",\n".join(inner + part.text(inner) for part in parts), inner)


class VSVersionInfo(_Part):
    def __init__(self, ffi=None, kids=None):
        self.ffi, self.kids = ffi, list(kids or [])

    def text(self, indent):
        inner = indent + "  "
        kids = ",\n".join(inner + "  " + kid.text(inner + "  ") for kid in self.kids)
        ffi = self.ffi.text(inner) if self.ffi is not None else "None"
        return "VSVersionInfo(\n%sffi=%s,\n%skids=[\n%s\n%s]\n)" % (inner, ffi, inner, kids, inner)


class FixedFileInfo(_Part):
    def __init__(self, filevers=(0, 0, 0, 0), prodvers=(0, 0, 0, 0), mask=0x3F, flags=0x0, OS=0x40004, fileType=0x1,
                 subtype=0x0, date=(0, 0)):
        self.filevers, self.prodvers = tuple(filevers), tuple(prodvers)
        self.mask, self.flags, self.OS, self.fileType, self.subtype = mask, flags, OS, fileType, subtype
        self.date = tuple(date)
        self.fileVersionMS, self.fileVersionLS = self._halves(self.filevers)
        self.productVersionMS, self.productVersionLS = self._halves(self.prodvers)

    @staticmethod
    def _halves(version):
        a, b, c, d = (list(version) + [0] * 4)[:4]
        return (int(a) << 16) | (int(b) & 0xFFFF), (int(c) << 16) | (int(d) & 0xFFFF)

    def text(self, indent):
        fields = ["filevers=%r" % (self.filevers,), "prodvers=%r" % (self.prodvers,)]
        for name in "mask", "flags", "OS", "fileType", "subtype":
            fields.append("%s=0x%x" % (name, getattr(self, name)))
        fields.append("date=%r" % (self.date,))
        inner = indent + "  "
        return "FixedFileInfo(\n%s%s\n%s)" % (inner, (",\n" + inner).join(fields), inner)


class StringFileInfo(_Part):
    def __init__(self, kids=None):
        self.name, self.kids = "StringFileInfo", list(kids or [])

    def text(self, indent):
        return _block("StringFileInfo", self.kids, indent)


class StringTable(_Part):
    def __init__(self, name="", kids=None):
        self.name, self.kids = name, list(kids or [])

    def text(self, indent):
        inner = indent + "  "
        kids = (",\n" + inner).join(kid.text(inner) for kid in self.kids)
        return "StringTable(\n%s%r,\n%s[%s])" % (inner, str(self.name), inner, kids)


class StringStruct(_Part):
    def __init__(self, name="", val=""):
        self.name, self.val = name, val

    def text(self, indent):
        return "StringStruct(%r, %r)" % (str(self.name), str(self.val))


class VarFileInfo(_Part):
    def __init__(self, kids=None):
        self.kids = list(kids or [])

    def text(self, indent):
        return "VarFileInfo([%s])" % ", ".join(kid.text(indent) for kid in self.kids)


class VarStruct(_Part):
    def __init__(self, name="", kids=None):
        self.name, self.kids = name, list(kids or [])

    def text(self, indent):
        return "VarStruct(%r, %r)" % (str(self.name), self.kids)


def load_version_info_from_text_file(filename):
    """Reads a version file."""
    with open(filename, "rb") as file:
        code = compile(file.read(), filename, "eval", dont_inherit=True)
    return eval(code, dict(globals()))


def SetVersion(exe_filename, versionfile):
    raise NotImplementedError("the builder writes version resources itself: pass `version=` to `EXE`")
