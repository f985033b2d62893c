"""Files of GObject introspection."""

import glob
import os

from PyInstaller.utils.hooks import collect_system_data_files


def _folders():
    places = [place for place in os.environ.get("GI_TYPELIB_PATH", "").split(os.pathsep) if place]
    return places + sorted(glob.glob("/usr/lib*/girepository-1.0") + glob.glob("/usr/lib/*/girepository-1.0"))


class GiModuleInfo:
    """The files of one namespace."""

    def __init__(self, module, version, hook_api=None):
        self.name, self.version = module, version
        names = [os.path.join(folder, "%s-%s.typelib" % (module, version)) for folder in _folders()]
        self.typelib = next((name for name in names if os.path.isfile(name)), None)
        self.available = self.typelib is not None
        self.sharedlibs, self.dependencies = [], []

    def get_libdir(self):
        return os.path.dirname(os.path.dirname(self.typelib)) if self.typelib else None

    def collect_typelib_data(self):
        datas = [(self.typelib, "gi_typelibs")] if self.typelib else []
        return [], datas, ["gi.repository." + self.name] if self.typelib else []


def get_gi_libdir(module, version):
    found = GiModuleInfo(module, version).get_libdir()
    if found is None:
        raise ValueError("could not find libdir")
    return found


def get_gi_typelibs(module, version):
    return GiModuleInfo(module, version).collect_typelib_data()


def get_glib_system_data_dirs():
    places = os.environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    return [place for place in places.split(os.pathsep) if os.path.isdir(place)]


def get_glib_sysconf_dirs():
    return ["/etc"]


def collect_glib_share_files(*path):
    found = []
    for folder in get_glib_system_data_dirs():
        place = os.path.join(folder, *path)
        if os.path.isdir(place):
            found += collect_system_data_files(place, os.path.join("share", *path), include_py_files=True)
    return found


def collect_glib_etc_files(*path):
    place = os.path.join("/etc", *path)
    return collect_system_data_files(place, os.path.join("etc", *path), True) if os.path.isdir(place) else []


def collect_glib_translations(prog, lang_list=None):
    found = []
    for folder in get_glib_system_data_dirs():
        for path in sorted(glob.glob(os.path.join(folder, "locale", "*", "LC_MESSAGES", prog + ".mo"))):
            language = path.split(os.sep)[-3]
            if lang_list is None or language in lang_list:
                found.append((path, os.path.join("share", "locale", language, "LC_MESSAGES")))
    return found


def compile_glib_schema_files(datas_toc, workdir, collect_source_files=False):
    return datas_toc
