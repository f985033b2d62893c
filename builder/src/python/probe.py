# Runs once in the target interpreter, with -I: prints the properties that the builder needs, as JSON.
import importlib.machinery as machinery
import importlib.util
import json
import opcode
import os
import sys
import sysconfig


def frozen_modules():
    import _imp

    names = set(sys.modules)
    for private in ("_get_frozen_module_names", "_frozen_module_names"):
        get = getattr(_imp, private, None)
        if get is not None:
            names.update(get())
    names.update(getattr(sys, "stdlib_module_names", ()))
    names.update(
        "_frozen_importlib _frozen_importlib_external zipimport abc codecs io _collections_abc _sitebuiltins "
        "genericpath ntpath posixpath os site stat importlib importlib._bootstrap "
        "importlib._bootstrap_external importlib.util importlib.machinery importlib._abc runpy "
        "__hello__ __phello__ __phello__.spam".split()
    )
    found = []
    for name in sorted(names):
        try:
            if _imp.is_frozen(name):
                found.append((name, bool(_imp.is_frozen_package(name))))
        except ImportError:
            pass
    return found


def loaded_libpython():
    # The exact file, if the interpreter is linked with it.
    try:
        with open("/proc/self/maps") as maps:
            for line in maps:
                path = line.rstrip("\n").split(None, 5)[-1]
                if os.path.basename(path).startswith("libpython%d.%d" % sys.version_info[:2]) and os.path.isfile(path):
                    return os.path.realpath(path)
    except OSError:
        pass
    return None


def libpython():
    loaded = loaded_libpython()
    if loaded:
        return loaded
    get = sysconfig.get_config_var
    short = "%d.%d" % sys.version_info[:2]
    flags = getattr(sys, "abiflags", "")
    names = [get("INSTSONAME"), get("LDLIBRARY")]
    names += ["libpython%s%s.so.1.0" % (short, flags), "libpython%s%s.so" % (short, flags)]
    names += ["libpython%s%s.dylib" % (short, flags), "Python", "python%s%s.dll" % (short.replace(".", ""), flags)]
    multiarch = get("MULTIARCH") or ""
    folders = []
    executable = os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable)
    beside = os.path.dirname(executable)
    for folder in (sys.base_exec_prefix, sys.base_prefix, os.path.dirname(beside)):
        folders += [os.path.join(folder, "lib"), os.path.join(folder, "lib", multiarch)]
        folders += [os.path.join(folder, "lib64"), folder]
    for key in ("LIBDIR", "LIBPL"):
        if get(key):
            folders += [get(key), os.path.join(get(key), multiarch)]
    # Only for the system's own interpreter, because the library of another one has the same name.
    if multiarch and sys.base_prefix in ("/", "/usr"):
        folders += [os.path.join("/usr/lib", multiarch), os.path.join("/lib", multiarch)]
    folders.append(beside)
    for folder in folders:
        for name in names:
            if not name or not (".so" in name or name.endswith((".dylib", ".dll")) or name == "Python"):
                continue
            path = os.path.realpath(os.path.join(folder, name))
            if os.path.isfile(path):
                return path
    return None


def site_folders():
    import site

    return [os.path.abspath(folder) for folder in site.getsitepackages()]


def machine():
    # On Windows, an interpreter may run on another processor than its own.
    known = {"win-amd64": "AMD64", "win-arm64": "ARM64"}.get(sysconfig.get_platform()) if os.name == "nt" else None
    if known:
        return known
    import platform

    return platform.machine()


paths = []
for entry in sys.path:
    entry = os.path.abspath(entry) if entry else ""
    if entry and entry not in paths and os.path.exists(entry):
        paths.append(entry)
stdlib = sysconfig.get_path("stdlib")
dynload = os.path.join(sysconfig.get_path("platstdlib").replace(sys.exec_prefix, sys.base_exec_prefix, 1), "lib-dynload")
for entry in paths:
    if os.path.basename(entry) in ("lib-dynload", "DLLs"):
        dynload = entry
        break
if sys.platform == "win32" and not os.path.isdir(stdlib):
    # The embeddable distribution: a zip file, and extension modules next to the interpreter.
    stdlib = next((entry for entry in paths if entry.lower().endswith(".zip")), stdlib)
    dynload = sys.base_prefix
try:
    musl = "musl" in (sysconfig.get_config_var("SOABI") or "") or "musl" in (sysconfig.get_config_var("HOST_GNU_TYPE") or "")
except Exception:
    musl = False
print(
    json.dumps(
        {
            "implementation": sys.implementation.name,
            "executable": sys.executable,
            "version": list(sys.version_info[:3]),
            "abiflags": getattr(sys, "abiflags", ""),
            "sys_platform": sys.platform,
            "musl": musl,
            "pointer_bits": 64 if sys.maxsize > 2**32 else 32,
            "prefix": sys.prefix,
            "base_prefix": sys.base_prefix,
            "base_exec_prefix": sys.base_exec_prefix,
            "stdlib": stdlib,
            "dynload": dynload,
            "search_path": paths,
            "site_folders": site_folders(),
            "extension_suffixes": machinery.EXTENSION_SUFFIXES,
            "magic": list(importlib.util.MAGIC_NUMBER),
            "cache_tag": sys.implementation.cache_tag,
            "builtin_modules": list(sys.builtin_module_names),
            "frozen_modules": frozen_modules(),
            "libpython": libpython(),
            "opcodes": {
                name: opcode.opmap[name]
                for name in ("EXTENDED_ARG", "IMPORT_NAME", "LOAD_CONST", "LOAD_SMALL_INT")
                if name in opcode.opmap
            },
            "machine": machine(),
            "version_text": sys.version,
        }
    )
)
