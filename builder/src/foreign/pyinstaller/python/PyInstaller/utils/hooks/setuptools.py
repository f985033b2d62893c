"""Setuptools, which the builder collects without a hook."""

from PyInstaller.utils.hooks import can_import_module


class SetuptoolsInfo:
    """What setuptools brings. Its hooks need nothing: the builder follows its imports."""

    def __init__(self):
        self.distutils_vendored = can_import_module("setuptools._distutils")
        self.vendored_modules, self.vendored_data = [], []

    @property
    def available(self):
        return can_import_module("setuptools")

    @property
    def version(self):
        from importlib import metadata
        try:
            return tuple(int(part) for part in metadata.version("setuptools").split(".")[:2])
        except (metadata.PackageNotFoundError, ValueError):
            return None

    def is_vendored(self, module_name):
        return False

    def get_distutils_aliases(self):
        return []

    def get_vendored_aliases(self, module_name):
        return []


setuptools_info = SetuptoolsInfo()


def pre_safe_import_module(api):
    """Setuptools finds its own copies of packages at run time, as unfrozen."""


def pre_safe_import_module_for_top_level_namespace_packages(api):
    """Setuptools finds its own copies of packages at run time, as unfrozen."""
