from pathlib import Path
from . import handlers as found
def handlers(): return str(Path(found.__file__).parent)
