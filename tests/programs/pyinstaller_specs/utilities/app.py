import os
import sys
for name in "pack/data.json", "pack/inner/more.txt", "chosen/data.json":
    print(name, os.path.exists(os.path.join(sys._MEIPASS, name)))
