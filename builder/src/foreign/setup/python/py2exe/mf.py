"""What scripts tell the module finder of py2exe."""

from _freeze_order import order


def AddPackagePath(package, path):
    """Adds a folder to a package, whose modules are searched there too."""
    order.setdefault("package_paths", []).append([package, path])


def ReplacePackage(old, new):
    """Modules are found by their own names."""


class ModuleFinder:
    """A finder that finds nothing."""

    def __init__(self, *arguments, **options):
        self.modules, self.badmodules = {}, {}
