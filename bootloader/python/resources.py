# Resources and metadata of the bundle: the second part of the importer.

def traversable(path):
    """Returns a file or folder: a real path, unless it or its content is only in the archive."""
    if _freeze.on_disk and not _freeze.has_resources(path):
        import os
        if os.path.exists(path):
            import pathlib
            return _folder(path) if _freeze.modules(path) else pathlib.Path(path)
    return Tree(path)


def _sources(path):
    """Yields the names of the sources that this folder would contain in the unfrozen program."""
    package = path[len(ROOT) + 1:].replace(SEP, '.')
    names = [(package, '__init__.py')] if package else []
    for name, is_package in _freeze.modules(path) or ():
        if not is_package:
            names.append((package + '.' + name if package else name, name + '.py'))
    for name, file in names:
        found = _freeze.record(name)
        if found is not None and found[3] == path + SEP + file:
            yield file


_Folder = None


def _folder(path):
    """Returns a folder of modules as a path that also lists their sources, even if they are not included."""
    global _Folder
    if _Folder is None:
        import os
        import pathlib
        plain = type(pathlib.Path())

        class Folder(plain):
            __slots__ = ()

            def iterdir(self):
                seen = set()
                for item in plain.iterdir(self):
                    seen.add(item.name)
                    yield pathlib.Path(item)
                for name in _sources(str(self)):
                    if name not in seen:
                        yield Tree(str(self) + SEP + name)

            def joinpath(self, *parts):
                joined = str(plain.joinpath(self, *parts))
                if joined.endswith('.py') and not os.path.lexists(joined) and _record_of(joined) is not None:
                    return Tree(joined)
                return traversable(joined) if os.path.isdir(joined) else pathlib.Path(joined)

            def __truediv__(self, part):
                joined = plain.__truediv__(self, part)
                return joined if joined is NotImplemented else self.joinpath(part)

            def __reduce__(self):
                return pathlib.Path, (str(self),)

        Folder.__name__, Folder.__qualname__, Folder.__module__ = (
            plain.__name__, plain.__qualname__, plain.__module__)
        _Folder = Folder
    return _Folder(path)


class Tree:
    """A file or folder that is at least partly stored in the archive only.

    Implements Traversable, and as much of a path as importlib.metadata needs. Files on disk are included and
    take precedence.
    """

    def __init__(self, path):
        self._path = path

    def __repr__(self):
        return 'Tree(%r)' % self._path

    def __str__(self):
        return self._path

    def __eq__(self, other):
        return isinstance(other, Tree) and self._path == other._path

    def __hash__(self):
        return hash(self._path)

    @property
    def name(self):
        return self._path.rpartition(SEP)[2]

    @property
    def stem(self):
        return self.name.rpartition('.')[0] or self.name

    @property
    def suffix(self):
        dot = self.name.rpartition('.')
        return '.' + dot[2] if dot[0] else ''

    @property
    def parent(self):
        return Tree(self._path.rpartition(SEP)[0])

    def joinpath(self, *descendants):
        parts = self._path.split(SEP)
        for part in '/'.join(map(str, descendants)).replace(SEP, '/').split('/'):
            if part == '..':
                parts.pop()
            elif part not in ('', '.'):
                parts.append(part)
        return traversable(SEP.join(parts))

    __truediv__ = joinpath

    def iterdir(self):
        if not self.is_dir():
            raise NotADirectoryError(self._path)
        seen = set()
        for name, _ in _freeze.files(self._path) or ():
            seen.add(name)
            yield self.joinpath(name)
        packages = [name for name, package in _freeze.modules(self._path) or () if package]
        for name in packages + list(_sources(self._path)):
            if name not in seen:
                seen.add(name)
                yield self.joinpath(name)
        if _freeze.on_disk:
            import os
            if os.path.isdir(self._path):
                for name in os.listdir(self._path):
                    if name not in seen:
                        yield self.joinpath(name)

    def is_dir(self):
        if _freeze.on_disk:
            import os
            if os.path.isdir(self._path):
                return True
        return bool(_freeze.is_dir(self._path)) and not self.is_file()

    def is_file(self):
        if _freeze.on_disk:
            import os
            if os.path.isfile(self._path):
                return True
        folder, _, name = self._path.rpartition(SEP)
        return any(n == name and not d for n, d in _freeze.files(folder) or ()) or (
            name.endswith('.py') and _record_of(self._path) is not None)

    def exists(self):
        return self.is_file() or self.is_dir()

    def read_bytes(self):
        return get_data(self._path)

    def read_text(self, encoding=None, errors=None):
        with self.open('r', encoding=encoding, errors=errors) as file:
            return file.read()

    def open(self, mode='r', *args, **kwargs):
        import io
        content = io.BytesIO(self.read_bytes())
        return content if 'b' in mode else io.TextIOWrapper(content, *args, **kwargs)


class ResourceReader:
    """The resources of one package, for both generations of importlib.resources."""

    def __init__(self, folder):
        self._folder = folder

    def files(self):
        return traversable(self._folder)

    def open_resource(self, resource):
        return self.files().joinpath(resource).open('rb')

    def resource_path(self, resource):
        import os
        path = os.path.join(self._folder, resource)
        if _freeze.on_disk and os.path.exists(path):
            return path
        raise FileNotFoundError(path)

    def is_resource(self, path):
        return self.files().joinpath(path).is_file()

    def contents(self):
        files = self.files()
        return (item.name for item in files.iterdir()) if files.is_dir() else iter(())


def resource_reader(loader, fullname):
    """Returns the resource reader of a package, or of the folder of a module."""
    reader = ResourceReader(loader.path.rpartition(SEP)[0])
    try:
        from importlib.resources.abc import TraversableResources
    except ImportError:
        try:
            from importlib.abc import TraversableResources
        except ImportError:
            return reader
    if not isinstance(reader, TraversableResources):
        TraversableResources.register(ResourceReader)
    return reader


class ResourcesLoader(_freeze_bootstrap.Loader):
    """Loads the part of Python 3.9's `importlib.resources` that assumes each package to be a folder."""

    @_internal
    def exec_module(self, module):
        super().exec_module(module)
        plain = module.fallback_resources

        def fallback_resources(spec):
            ours = isinstance(spec.loader, (_freeze_bootstrap.Loader, _freeze_bootstrap.ExtensionLoader))
            return resource_reader(spec.loader, spec.name).files() if ours else plain(spec)

        module.fallback_resources = fallback_resources


def distributions(context=None):
    """Yields the distributions in the archive if PathFinder cannot find their metadata on disk."""
    import importlib.metadata as metadata
    name = getattr(context, 'name', None)
    path = getattr(context, 'path', sys.path)
    if ROOT not in path:
        return
    wanted = None
    if name is not None:
        import re
        wanted = re.sub(r'[-_.]+', '-', name).lower().replace('-', '_')
    for entry, folder in _freeze.files(ROOT) or ():
        stem, _, kind = entry.rpartition('.')
        if folder and kind in ('dist-info', 'egg-info'):
            found = stem.partition('-')[0].lower().replace('.', '_').replace('-', '_')
            if wanted is None or wanted == found:
                yield metadata.PathDistribution(Tree(ROOT + SEP + entry))
