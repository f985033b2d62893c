import colorsys
from . import helper
def run(): return helper.text(), colorsys.__name__
