from .inner import *
from .lazy import late
LIMIT: int
