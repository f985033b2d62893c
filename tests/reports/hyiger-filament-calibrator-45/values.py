def layers(height):
    return int(height / 0.2)
