import importlib.util
import json
import os
import sys

import asking
import plain
import printing

names = "colorsys wave chunk_of_app json.tool".split()
print(*[name for name in names if importlib.util.find_spec(name)])
print(*sorted(name for name in os.listdir(os.path.join(sys._MEIPASS, "plain")) if not name.endswith(".py")))
print(os.path.exists(os.path.join(sys._MEIPASS, asking.VERSION)))
