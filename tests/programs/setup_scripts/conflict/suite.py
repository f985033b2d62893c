import os
import sys

print(os.path.isfile(os.path.join(sys._MEIPASS, "suite", "text.txt")))
