import colorsys
NAME = colorsys.__name__
