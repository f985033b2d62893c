"""Projects of Django."""

import os

from PyInstaller.utils.hooks import collect_submodules


def django_dottedstring_imports(django_root_dir):
    return collect_submodules(os.path.basename(django_root_dir))


def django_find_root_dir():
    from PyInstaller.config import CONF
    folder = os.path.dirname(CONF["main_script"] or CONF["spec"])
    for name in sorted(os.listdir(folder)):
        place = os.path.join(folder, name)
        if os.path.isfile(os.path.join(place, "settings.py")):
            return place
    return None
