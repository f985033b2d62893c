# expect: end
import os, pathlib, sqlite3
from parts import views
print(open(__file__.replace('.py', '.dat')).read(), pathlib.Path(__file__).with_suffix('.yaml').read_text())
print(pathlib.Path(__file__).with_stem('other').with_suffix('.txt').read_text())
print(open(os.path.splitext(os.path.abspath(__file__))[0] + '.ini').read(), views.text())
print('end')
