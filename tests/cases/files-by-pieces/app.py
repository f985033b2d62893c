import glob
import os

from ui import pictures, texts

print(pictures.size("icons", "small dot.txt"))
print(sorted(os.path.basename(p) for p in glob.glob(os.path.join(pictures.HERE, "..", "media", "themes", "*", "*.css"))))
print(texts.read("greeting", "de"), texts.read("greeting", "en"))
