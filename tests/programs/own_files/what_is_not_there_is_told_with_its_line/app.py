import os
from pathlib import Path
here = os.path.dirname(__file__)
def read(): return open(os.path.join(here, 'gone.json')).read()
def write(): return open(os.path.join(here, 'log.txt'), 'w')
def other(): return Path(here, 'there.txt').write_text('')
