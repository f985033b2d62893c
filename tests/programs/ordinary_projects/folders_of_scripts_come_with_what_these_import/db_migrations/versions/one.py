import colorsys
RESULT = colorsys.__name__
