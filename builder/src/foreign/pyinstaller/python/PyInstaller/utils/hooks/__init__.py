"""Functions for specs and hooks: what packages consist of, found on disk without importing them."""

import fnmatch
import glob
import importlib.machinery as machinery
import os
import re
import sys
from pathlib import Path

from PyInstaller import compat
from PyInstaller.log import getLogger

logger = getLogger("PyInstaller.utils.hooks")

PY_EXECUTABLE_SUFFIXES = set(compat.ALL_SUFFIXES)
PY_IGNORE_EXTENSIONS = set(compat.ALL_SUFFIXES)
PY_DYLIB_PATTERNS = ["*.dll", "*.dylib", "lib*.so"]
hook_variables = {}


def __getattr__(name):
    # Most specs use none of these.
    if name in ("qt", "gi", "django", "conda", "conda_support", "tcl_tk", "setuptools"):
        import importlib
        module = {"conda_support": "conda"}.get(name, name)
        return importlib.import_module("PyInstaller.utils.hooks." + module)
    if name == "isolated":
        from PyInstaller import isolated
        return isolated
    if name == "importlib_metadata":
        import importlib.metadata
        return importlib.metadata
    raise AttributeError("module 'PyInstaller.utils.hooks' has no attribute %r" % name)


# Modules on disk.


def _spec(name):
    """Finds a module as an import would, but imports no parent package."""
    found = _found(name)
    record = sys.modules.get("_freeze_record")
    if record is not None:
        record.looked_for(name.partition(".")[0], (found.submodule_search_locations or ()) if found is not None else ())
    return found


def _found(name):
    parts = name.split(".")
    if len(parts) > 1 and parts[-1] == "__init__":
        parts.pop()
    finders = [finder for finder in sys.meta_path if hasattr(finder, "find_spec")]
    found = None
    for finder in finders:
        try:
            found = finder.find_spec(parts[0], None)
        except (ImportError, AttributeError, ValueError):
            found = None
        if found is not None:
            break
    for count in range(2, len(parts) + 1):
        if found is None or found.submodule_search_locations is None:
            return None
        folders = list(found.submodule_search_locations)
        record = sys.modules.get("_freeze_record")
        if record is not None:
            record.looked_for(parts[0], folders)
        found = machinery.PathFinder.find_spec(".".join(parts[:count]), folders)
    return found


def _folders(package):
    """Returns the folders of a package."""
    found = _spec(package)
    places = found.submodule_search_locations if found is not None else None
    return [os.path.abspath(place) for place in places] if places is not None else []


def can_import_module(module_name):
    return _spec(module_name) is not None


def is_package(module_name):
    found = _spec(module_name)
    return found is not None and found.submodule_search_locations is not None


def is_module_or_submodule(name, mod_or_submod):
    return name == mod_or_submod or name.startswith(mod_or_submod + ".")


def get_module_file_attribute(package):
    """Returns the file of a module."""
    found = _spec(package)
    if found is None:
        raise ImportError("module %r not found" % package, name=package)
    if not found.has_location and not found.submodule_search_locations:
        raise ImportError("module %r has no file" % package, name=package)
    return found.origin if found.has_location else None


def get_module_attribute(module_name, attr_name):
    """Returns an attribute of a module, as the module's own process prints it."""
    text = eval_statement(
        "import %s as module; print(repr((hasattr(module, %r), str(getattr(module, %r, None)))))"
        % (module_name, attr_name, attr_name))
    if not isinstance(text, tuple) or not text[0]:
        raise AttributeError("module %r has no attribute %r" % (module_name, attr_name))
    return text[1]


def package_base_path(package_path, package):
    """Returns the folder that holds the top-level package of `package`."""
    depth = package.count(".") + 1
    for _ in range(depth):
        package_path = os.path.dirname(package_path)
    return package_path


def get_all_package_paths(package):
    found = _folders(package)
    if not found:
        raise ValueError("package %r does not exist or is not a package" % package)
    return found


def get_package_paths(package):
    """Returns the folder that holds a package, and that of the package itself."""
    folders = get_all_package_paths(package)
    return package_base_path(folders[0], package), folders[0]


def get_pywin32_module_file_attribute(module_name):
    """Returns the library of a module of pywin32, which the module itself looks for."""
    return exec_statement("import %s; print(%s.__file__)" % (module_name, module_name))


def get_pyextension_imports(module_name):
    """Returns the modules that an extension module imports when it is imported."""
    names = eval_statement(
        "import sys; before = set(sys.modules); import %s; print(repr(sorted(set(sys.modules) - before)))" % module_name)
    return [name for name in names or [] if name != module_name]


# Names.


def remove_prefix(string, prefix):
    return string[len(prefix):] if prefix and string.startswith(prefix) else string


def remove_suffix(string, suffix):
    return string[:-len(suffix)] if suffix and string.endswith(suffix) else string


def remove_file_extension(filename):
    for suffix in machinery.EXTENSION_SUFFIXES:
        if filename.endswith(suffix):
            return filename[:-len(suffix)]
    return os.path.splitext(filename)[0]


def include_or_exclude_file(filename, include_list=None, exclude_list=None):
    def fits(patterns):
        return any(fnmatch.fnmatch(filename, pattern) for pattern in patterns)

    if include_list is not None and not fits(include_list):
        return False
    return not (exclude_list and fits(exclude_list))


# Other processes.


def _run(arguments, **options):
    import subprocess
    return subprocess.run([sys.executable, "-B", *arguments], stdout=subprocess.PIPE, text=True, **options)


def exec_statement(statement):
    import textwrap
    return _run(["-c", textwrap.dedent(statement)]).stdout.strip()


def exec_statement_rc(statement):
    import textwrap
    return _run(["-c", textwrap.dedent(statement)]).returncode


def exec_script(script_filename, *args, env=None):
    return _run([script_filename, *args], env={**os.environ, **(env or {})}).stdout.strip()


def exec_script_rc(script_filename, *args, env=None):
    return _run([script_filename, *args], env={**os.environ, **(env or {})}).returncode


def _value(text):
    import ast
    return ast.literal_eval(text) if text else ""


def eval_statement(statement):
    return _value(exec_statement(statement))


def eval_script(scriptfilename, *args, env=None):
    return _value(exec_script(scriptfilename, *args, env=env))


# Contents of packages.


def collect_submodules(package, filter=lambda name: True, on_error="warn once"):
    """Returns the names of all modules of a package, and its own."""
    import pkgutil
    if not isinstance(package, str):
        raise TypeError("package must be a str")
    if on_error not in ("ignore", "warn once", "warn", "raise"):
        raise ValueError("invalid value of on_error: %r" % on_error)
    found = _spec(package)
    if found is None:
        return []
    names, queue = [package], [(package, found.submodule_search_locations)]
    while queue:
        parent, folders = queue.pop()
        if not folders:
            continue
        for module in pkgutil.iter_modules(list(folders)):
            name = parent + "." + module.name
            names.append(name)
            if module.ispkg:
                inner = machinery.PathFinder.find_spec(name, list(folders))
                queue.append((name, inner.submodule_search_locations if inner else None))
    return sorted({name for name in names if filter is None or filter(name)})


def _regex(pattern):
    """Converts a glob of pathlib to a pattern for the whole of a path with `/`."""
    out, parts = "", pattern.replace("\\", "/").strip("/").split("/")
    for i, part in enumerate(parts):
        if part == "**":
            out += "(?:[^/]+/)*" if i < len(parts) - 1 else ".*"
        else:
            out += re.sub(r"\(\?s:(.*)\)\\[Zz]$", r"\1", fnmatch.translate(part)).replace(".*", "[^/]*")
            out += "/" if i < len(parts) - 1 else ""
    return re.compile(out + r"\Z", re.DOTALL)


def _matches(inner, patterns):
    """Whether a file, or a folder around it, matches one of the patterns."""
    ends = [i for i, c in enumerate(inner) if c == "/"] + [len(inner)]
    return any(pattern.match(inner[:end]) for pattern in patterns for end in ends)


def _files(folder):
    """Lists the files below a folder, with paths relative to it."""
    for place, folders, names in os.walk(folder, followlinks=True):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(place, name)
            yield path, os.path.relpath(path, folder).replace(os.sep, "/")


def collect_data_files(package, include_py_files=False, subdir=None, excludes=None, includes=None):
    """Returns `(file, folder in the bundle)` of the data files of a package."""
    if not isinstance(package, str):
        raise TypeError("package must be a str")
    wanted = [_regex(pattern) for pattern in (includes or ["**/*"])]
    unwanted = [_regex(pattern) for pattern in (excludes or [])]
    code = tuple(compat.ALL_SUFFIXES)
    found = []
    for folder in _folders(package):
        base = package_base_path(folder, package)
        start = os.path.join(folder, subdir) if subdir else folder
        for path, inner in _files(start):
            if inner.startswith("__pycache__/") or "/__pycache__/" in inner:
                continue
            is_code = path.endswith(code)
            if is_code and not (include_py_files and path.endswith((".py", ".pyc"))):
                continue
            if _matches(inner, wanted) and not _matches(inner, unwanted):
                found.append((path, os.path.relpath(os.path.dirname(path), base)))
    if not found and not _folders(package):
        if "_freeze_record" in sys.modules:
            # What is kept prints nothing.
            sys.modules["_freeze_record"].fail()
        logger.warning("collect_data_files: `%s` is not an installed package", package)
    return found


def collect_dynamic_libs(package, destdir=None, search_patterns=PY_DYLIB_PATTERNS):
    """Returns `(library, folder in the bundle)` of the libraries of a package."""
    if not isinstance(package, str):
        raise TypeError("package must be a str")
    found = []
    for folder in _folders(package):
        base = package_base_path(folder, package)
        for path, _ in _files(folder):
            name = os.path.basename(path)
            if any(fnmatch.fnmatch(name, pattern) for pattern in search_patterns):
                found.append((path, destdir or os.path.relpath(os.path.dirname(path), base)))
    return found


def collect_system_data_files(path, destdir=None, include_py_files=False):
    """Returns `(file, folder in the bundle)` of the files below a folder."""
    found = []
    for file, inner in _files(path):
        if include_py_files or not file.endswith(tuple(compat.ALL_SUFFIXES)):
            dest = os.path.dirname(inner)
            found.append((file, os.path.join(destdir, dest) if destdir else dest or "."))
    return found


def collect_all(package_name, include_py_files=True, filter_submodules=None, exclude_datas=None,
                include_datas=None, on_error="warn once"):
    """Returns data files, libraries and modules of a package."""
    datas = collect_data_files(package_name, include_py_files, excludes=exclude_datas, includes=include_datas)
    binaries = collect_dynamic_libs(package_name)
    modules = collect_submodules(package_name, filter_submodules or (lambda name: True), on_error)
    from importlib import metadata
    for name in _distributions_of(package_name):
        try:
            datas += copy_metadata(name)
            modules += [requirement for requirement in requirements_for_package(name) if can_import_module(requirement)]
        except metadata.PackageNotFoundError:
            continue
    return datas, binaries, modules


def _distributions_of(package):
    """Returns the names of the distributions that install a package."""
    from importlib import metadata
    top = package.split(".")[0]
    try:
        return [metadata.distribution(package).metadata["Name"]]
    except (metadata.PackageNotFoundError, ValueError):
        pass
    found = []
    for distribution in metadata.distributions():
        files = distribution.files or ()
        tops = (distribution.read_text("top_level.txt") or "").split()
        if top in tops or any(file.parts[:1] in ((top,), (top + ".py",)) for file in files):
            found.append(distribution.metadata["Name"])
    return found


# Distributions.


def _info_folder(distribution):
    return Path(getattr(distribution, "_path", None) or distribution.locate_file(""))


def copy_metadata(package_name, recursive=False):
    """Returns `(folder, folder in the bundle)` of the metadata of a distribution."""
    from importlib import metadata
    queue, done, found = [package_name], set(), []
    while queue:
        name = queue.pop()
        distribution = metadata.distribution(name)
        key = re.sub(r"[-_.]+", "-", distribution.metadata["Name"] or name).lower()
        if key in done:
            continue
        done.add(key)
        folder = _info_folder(distribution)
        if folder.is_file():
            found.append((str(folder), "."))
        elif folder.name == "EGG-INFO":
            found.append((str(folder), os.path.join(folder.parent.name, "EGG-INFO")))
        else:
            found.append((str(folder), folder.name))
        if recursive:
            queue += [requirement for requirement in _required(distribution) if _is_installed(requirement)]
    return found


def _is_installed(name):
    from importlib import metadata
    try:
        metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def _required(distribution):
    """Returns the names of the distributions that one requires here."""
    found = []
    for text in distribution.requires or ():
        name = re.match(r"[A-Za-z0-9._-]+", text)
        marker = text.partition(";")[2].strip()
        if name and (not marker or _holds(marker)):
            found.append(name.group())
    return found


def _packaging(what):
    """Returns a module of `packaging`, wherever one is."""
    import importlib
    for place in "packaging", "setuptools._vendor.packaging", "pip._vendor.packaging", "pkg_resources.extern.packaging":
        try:
            return importlib.import_module(place + "." + what)
        except ImportError:
            continue
    return None


def _holds(marker):
    markers = _packaging("markers")
    if markers is None:
        return "extra" not in marker
    try:
        return markers.Marker(marker).evaluate({"extra": ""})
    except Exception:
        return False


def requirements_for_package(package_name):
    """Returns the names of the distributions that a distribution requires."""
    from importlib import metadata
    return sorted(set(_required(metadata.distribution(package_name))))


def get_installer(dist_name):
    """Returns the program that installed a distribution."""
    from importlib import metadata
    try:
        text = metadata.distribution(dist_name).read_text("INSTALLER")
    except metadata.PackageNotFoundError:
        names = _distributions_of(dist_name)
        text = metadata.distribution(names[0]).read_text("INSTALLER") if names else None
    return text.strip() if text else None


def check_requirement(requirement):
    """Whether a requirement such as `numpy >= 1.20` is installed."""
    from importlib import metadata
    requirements = _packaging("requirements")
    if requirements is None:
        return _is_installed(re.match(r"\s*([A-Za-z0-9._-]+)", requirement).group(1))
    parsed = requirements.Requirement(requirement)
    if parsed.marker is not None and not parsed.marker.evaluate({"extra": ""}):
        return True
    if parsed.name.lower() == "pyinstaller":
        import PyInstaller
        version = PyInstaller.__version__
    else:
        try:
            version = metadata.version(parsed.name)
        except metadata.PackageNotFoundError:
            return False
    return parsed.specifier.contains(version, prereleases=True)


def is_module_satisfies(requirements, version=None, version_attr="__version__"):
    """Whether a distribution, or a module with a version, satisfies a requirement."""
    if version is None and check_requirement(requirements):
        return True
    parser = _packaging("requirements")
    if parser is None:
        return False
    parsed = parser.Requirement(requirements)
    if version is None:
        if not can_import_module(parsed.name):
            return False
        try:
            version = get_module_attribute(parsed.name, version_attr)
        except (AttributeError, ImportError, SyntaxError, ValueError):
            return False
    return bool(version) and parsed.specifier.contains(str(version), prereleases=True)


def collect_entry_point(name):
    """Returns metadata and modules of all entry points in a group."""
    from importlib import metadata
    datas, modules = [], []
    for distribution in metadata.distributions():
        for entry in distribution.entry_points:
            if entry.group == name:
                datas += copy_metadata(distribution.metadata["Name"])
                modules.append(entry.value.partition(":")[0].split("[")[0].strip())
    return list(dict.fromkeys(datas)), list(dict.fromkeys(modules))


def collect_delvewheel_libs_directory(package_name, libdir_name=None, datas=None, binaries=None):
    """Adds the libraries that delvewheel has put beside a package."""
    datas, binaries = list(datas or []), list(binaries or [])
    if not compat.is_win:
        return datas, binaries
    base, _ = get_package_paths(package_name)
    libdir = libdir_name or package_name + ".libs"
    for path in sorted(glob.glob(os.path.join(glob.escape(os.path.join(base, libdir)), "*"))):
        target = binaries if path.lower().endswith(".dll") else datas
        target.append((path, libdir))
    return datas, binaries


def get_homebrew_path(formula=""):
    """Returns the folder of Homebrew, or of a formula in it."""
    import shutil
    import subprocess
    if not shutil.which("brew"):
        return None
    command = ["brew", "--prefix", *([formula] if formula else [])]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return done.stdout.strip() or None


def get_hook_config(hook_api, module_name, key):
    """Returns a value of `hooksconfig` for a hook."""
    from PyInstaller.config import CONF
    config = getattr(getattr(hook_api, "analysis", None), "hooksconfig", None) or CONF["hooksconfig"]
    value = config.get(module_name, {})
    value = value.get(key) if isinstance(value, dict) else None
    return value if value is not None else hook_variables.get((module_name, key))
