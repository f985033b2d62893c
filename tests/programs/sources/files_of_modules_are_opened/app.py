import linecache, os, tokenize
from pathlib import Path
import words, other, tool, calendar
print(linecache.getline(__file__, 2).strip())
print(Path(__file__).read_text().count('print') > 3, words.first())
with open(other.__file__) as file: print(file.read().strip())
with tokenize.open(tool.__file__) as file: print(file.readline().strip())
with open(calendar.__file__) as file: print(file.readline().startswith('"'))
print(tool.own_size())
print(open(os.path.join(os.path.dirname(__file__), 'words.py')).readline().strip())
