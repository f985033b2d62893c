"""`Freezer`: what scripts use that build without `setup()`."""

from _freeze_distribution import setup
from _freeze_wire import caller

RENAMED = {
    "zipIncludes": "zip_includes", "includeFiles": "include_files", "binIncludes": "bin_includes",
    "binExcludes": "bin_excludes", "binPathIncludes": "bin_path_includes", "targetDir": "build_exe",
    "target_dir": "build_exe", "replacePaths": "replace_paths", "includeMSVCR": "include_msvcr",
    "optimizeFlag": "optimize",
    "zipIncludePackages": "zip_include_packages", "zipExcludePackages": "zip_exclude_packages",
}


class Freezer:
    """Programs and options; `freeze` builds them."""

    def __init__(self, executables, *arguments, **options):
        self.executables = executables
        self.place = caller()
        options = {RENAMED.get(name, name): value for name, value in options.items()}
        metadata = options.pop("metadata", None)
        known = {name: getattr(metadata, name, None) for name in ("version", "description")}
        self.attrs = {name: value for name, value in known.items() if value}
        self.options = {name: value for name, value in options.items() if value is not None}

    def freeze(self):
        from cx_Freeze._executable import Executable
        made = [Executable.of(item, self.place) for item in self.executables]
        setup(executables=made, options={"build_exe": self.options}, script_args=["build_exe"], **self.attrs)

    Freeze = freeze
