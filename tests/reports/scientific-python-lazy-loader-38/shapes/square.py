def side(area):
    return area**0.5
