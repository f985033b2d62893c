import importlib.util, os, sys, typing
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    import only_types
if typing.TYPE_CHECKING:
    import only_types
if sys.platform == 'win32':
    import only_windows
elif sys.platform.startswith('darwin'):
    import only_mac
else:
    import on_linux
if os.name == 'nt':
    import only_windows
if sys.version_info < (3, 6):
    import only_old
if sys.version_info[0] == 2:
    import only_old
if False:
    import never
# Not by an import, which would bring whatever lies beside.
for name in 'sepyt_ylno swodniw_ylno cam_ylno dlo_ylno reven xunil_no'.split():
    if importlib.util.find_spec(name[::-1]):
        print(name[::-1])
