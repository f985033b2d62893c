import os
import sys

import hooked
import hooked.alias

print("started", os.environ.get("HOOK_RAN"), hooked.wave)
for name in "hooked.hidden", "hooked.added", "colorsys", "searched":
    try:
        __import__(name)
        print(name, True)
    except ImportError:
        print(name, False)
for name in "hooked/table.json", "from hook/renamed.txt", "hooked/as_files.py":
    print(name, os.path.exists(os.path.join(sys._MEIPASS, name)))
