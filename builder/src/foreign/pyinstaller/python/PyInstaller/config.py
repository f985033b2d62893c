"""The configuration of the build, as far as specs and hooks read or change it."""

import os
import sys

CONF = {}
known_path = []
"""The search path before the spec changed it."""
target = {"platform": None, "sep": os.sep}
is_conversion = False
"""Whether the builder writes a spec in TOML and makes no product."""


def located(folder, path):
    """Returns the path of a file that counts from a folder. A path with backslashes was written on Windows."""
    path = os.path.expanduser(path)
    found = os.path.normpath(os.path.join(folder, path))
    if os.sep == "/" and "\\" in path and not os.path.lexists(found):
        return os.path.normpath(os.path.join(folder, path.replace("\\", "/")))
    return found


def start(spec, specpath, specnm, order):
    global is_conversion
    target.update(order["target"])
    is_conversion = order["convert"]
    # Where PyInstaller would be installed: specs look for packages beside it.
    folders = (folder for folder in sys.path if folder.endswith(("site-packages", "dist-packages")))
    home = next(folders, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    work = order["workpath"]
    CONF.update(
        spec=spec, specpath=specpath, specnm=specnm, distpath=order["distpath"], workpath=work, homepath=home,
        configdir=order["cache"], cachedir=order["cache"], main_script=None, ui_admin=False, ui_access=False,
        hiddenimports=[], hooksconfig={}, pathex=[], xref_file=os.path.join(work, "xref-%s.html" % specnm),
        warnfile=os.path.join(work, "warn-%s.txt" % specnm), noconfirm=True, clean_build=False, upx_available=False,
        upx_dir=None, has_upx=False, tests_modgraph=None, code_cache={}, dylib_cache=None, bincache=None,
    )
