from . import circle
from .square import side
