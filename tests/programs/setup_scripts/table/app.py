import os
import sys

folder = os.path.dirname(sys.executable)
print(sorted(name for name in ("data.txt", "inner/renamed.txt") if os.path.isfile(os.path.join(folder, name))))
