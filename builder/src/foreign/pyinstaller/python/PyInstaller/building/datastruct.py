"""Tables of contents: lists of `(name, source, typecode)`."""

import os

from PyInstaller.config import target


def _key(entry):
    """Returns what makes an entry one of a kind: its name, as the target compares it."""
    name = os.path.normpath(entry[0]) if entry[0] else entry[0]
    kind = typecode(entry)
    if kind in ("OPTION", "PYSOURCE"):
        return kind, name
    name = name.replace("\\", "/") if isinstance(name, str) else name
    is_module = kind in ("PYMODULE", "PYMODULE-1", "PYMODULE-2")
    return is_module, name.lower() if target["platform"] == "win32" and not is_module else name


def typecode(entry):
    """Returns the typecode of an entry, which early versions allow to be missing."""
    kind = entry[2] if len(entry) > 2 else "DATA"
    if kind:
        return kind
    name = str(entry[0]).lower()
    return "BINARY" if name.endswith((".so", ".dll", ".dylib", ".pyd")) or ".so." in name else "DATA"


def unique_name(entry):
    return _key(entry)[1]


class TOC(list):
    """A list with the operations of a set over the names of its entries."""

    def __init__(self, initlist=None):
        super().__init__()
        self.filenames = set()
        for entry in initlist or ():
            self.append(entry)

    def _is_new(self, entry):
        if isinstance(entry, str) or not isinstance(entry, (tuple, list)) or len(entry) not in (2, 3):
            raise TypeError("expected a tuple (name, source, typecode) in a TOC, got %r" % (entry,))
        return self._names(entry)

    def _names(self, entry):
        key = _key(entry)
        if key in self.filenames:
            return False
        self.filenames.add(key)
        return True

    def append(self, entry):
        if self._is_new(entry):
            super().append(tuple(entry) if isinstance(entry, list) else entry)

    def insert(self, pos, entry):
        if self._is_new(entry):
            super().insert(pos, tuple(entry) if isinstance(entry, list) else entry)

    def extend(self, other):
        for entry in list(other):
            self.append(entry)

    def _renew(self):
        self.filenames = {_key(entry) for entry in self}

    def remove(self, entry):
        super().remove(entry)
        self._renew()

    def pop(self, *index):
        entry = super().pop(*index)
        self._renew()
        return entry

    def clear(self):
        super().clear()
        self.filenames.clear()

    def __delitem__(self, index):
        super().__delitem__(index)
        self._renew()

    def __setitem__(self, index, value):
        super().__setitem__(index, value)
        self._renew()

    def copy(self):
        return TOC(self)

    def __add__(self, other):
        result = TOC(self)
        result.extend(other)
        return result

    def __radd__(self, other):
        result = TOC(other)
        result.extend(self)
        return result

    def __iadd__(self, other):
        self.extend(other)
        return self

    def __sub__(self, other):
        taken = {_key(entry)[1] for entry in other}
        return TOC(entry for entry in self if _key(entry)[1] not in taken)

    def __rsub__(self, other):
        return TOC(other).__sub__(self)

    def __isub__(self, other):
        self[:] = self - other
        return self

    def __and__(self, other):
        return self.intersection(other)

    def __or__(self, other):
        return self + other

    def union(self, other):
        return self + other

    def difference(self, other):
        return self - other

    def symmetric_difference(self, other):
        return (self - other) + (TOC(other) - self)

    def intersection(self, other):
        names = {_key(entry)[1] for entry in other}
        return TOC(entry for entry in self if _key(entry)[1] in names)

    def intersect(self, other):
        return self.intersection(other)

    def __eq__(self, other):
        return list(self) == list(other) if isinstance(other, (list, tuple)) else NotImplemented

    def __ne__(self, other):
        return not self == other

    __hash__ = None


def normalize_toc(toc):
    return list(TOC(toc))


def normalize_pyz_toc(toc):
    return list(TOC(toc))


class Target:
    """What a spec makes out of others."""

    invcnum = 0

    def __init__(self):
        from _freeze_wire import caller
        self.place = caller()
        self.invcnum = Target.invcnum
        Target.invcnum += 1
        self.tocfilename = self.tocbasename = ""
        self.dependencies = TOC()


class Tree(Target, TOC):
    """The files below a folder, with a prefix in the bundle."""

    def __init__(self, root=None, prefix=None, excludes=None, typecode="DATA"):
        from PyInstaller.config import CONF, located
        Target.__init__(self)
        TOC.__init__(self)
        self.root = root
        self.prefix = prefix
        self.excludes = list(excludes or [])
        self.typecode = typecode
        if root is None:
            return
        root = os.fspath(root)
        if not os.path.isabs(root) and not os.path.isdir(root):
            root = located(CONF["specpath"], root)
        if not os.path.isdir(root):
            import _freeze_wire
            _freeze_wire.wire.refuse("`Tree` names the folder `%s`, which does not exist" % self.root,
                                     "paths are relative to the current folder, then to that of the spec")
        self._collect(os.path.abspath(root))

    def assemble(self):
        """The files were listed when the tree was made."""

    def _collect(self, root):
        import fnmatch
        names = {os.path.normcase(pattern) for pattern in self.excludes}

        def is_excluded(name, path):
            name = os.path.normcase(name)
            return path in self.excludes or any(fnmatch.fnmatch(name, pattern) for pattern in names)

        queue = [(root, self.prefix or "")]
        while queue:
            folder, prefix = queue.pop(0)
            for name in sorted(os.listdir(folder)):
                path = os.path.join(folder, name)
                if is_excluded(name, path):
                    continue
                inner = os.path.join(prefix, name) if prefix else name
                if os.path.isdir(path):
                    queue.append((path, inner))
                else:
                    self.append((inner, path, self.typecode))
