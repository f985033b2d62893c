import os
import sys

print("one", sys.flags.optimize, os.path.isfile(os.path.join(sys._MEIPASS, "data", "data.txt")))
