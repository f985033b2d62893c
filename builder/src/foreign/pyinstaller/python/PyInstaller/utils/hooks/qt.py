"""Where Qt is. The builder collects the parts of Qt that a program uses without a hook."""

import os

from PyInstaller.utils.hooks import _folders

_FOLDERS = {"PyQt5": ("Qt5", "Qt"), "PyQt6": ("Qt6",), "PySide2": ("Qt", "."), "PySide6": ("Qt", ".")}


class QtLibraryInfo:
    """The paths of Qt of a binding."""

    def __init__(self, namespace):
        self.namespace = namespace
        self.is_PyQt5, self.is_PyQt6 = namespace == "PyQt5", namespace == "PyQt6"
        self.is_PySide2, self.is_PySide6 = namespace == "PySide2", namespace == "PySide6"
        self.qt_major = int(namespace[-1]) if namespace != "PySide2" else 5
        folders = _folders(namespace)
        self.package_location = folders[0] if folders else None
        self.location, self.qt_rel_dir = {}, namespace
        self.version = None
        if not folders:
            return
        inner = next((name for name in _FOLDERS[namespace] if os.path.isdir(os.path.join(folders[0], name))), ".")
        prefix = os.path.normpath(os.path.join(folders[0], inner))
        self.qt_rel_dir = os.path.normpath(os.path.join(namespace, inner))
        names = {
            "PrefixPath": ".", "PluginsPath": "plugins", "TranslationsPath": "translations", "BinariesPath": "bin",
            "LibrariesPath": "lib", "LibraryExecutablesPath": "libexec", "DataPath": ".", "Qml2ImportsPath": "qml",
            "QmlImportsPath": "qml", "ImportsPath": "imports", "ArchDataPath": ".", "SettingsPath": ".",
        }
        self.location = {name: os.path.normpath(os.path.join(prefix, path)) for name, path in names.items()}

    def collect_module(self, module_name):
        return [], [], []

    def collect_plugins(self, plugin_type):
        return []

    def collect_qml_files(self):
        return [], []

    def collect_qtqml_files(self):
        return [], []

    def collect_extra_binaries(self):
        return []

    def collect_qtwebengine_files(self):
        return [], []

    def collect_qtnetwork_files(self):
        return []


def get_qt_library_info(namespace):
    return QtLibraryInfo(namespace)


pyqt5_library_info = QtLibraryInfo("PyQt5")
pyqt6_library_info = QtLibraryInfo("PyQt6")
pyside2_library_info = QtLibraryInfo("PySide2")
pyside6_library_info = QtLibraryInfo("PySide6")


def add_qt5_dependencies(hook_file):
    return [], [], []


def add_qt6_dependencies(hook_file):
    return [], [], []


def qt_plugins_binaries(plugin_type, namespace):
    return []


def qt_plugins_dir(namespace):
    info = QtLibraryInfo(namespace)
    return [info.location["PluginsPath"]] if info.location else []


def get_qt_binaries(info):
    return []


def get_qt_conf_file(info):
    return []


def get_qt_webengine_binaries_and_data_files(info):
    return [], []


def get_qt_network_ssl_binaries(info):
    return []


def exclude_extraneous_qt_bindings(hook_name, qt_bindings_order=None):
    return []


def ensure_single_qt_bindings_package(namespace):
    """Programs may use several bindings."""
