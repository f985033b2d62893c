from . import er
def hue():
    import colorsys
    return colorsys.rgb_to_hsv(0, 0, 1)[2], er.VALUE
