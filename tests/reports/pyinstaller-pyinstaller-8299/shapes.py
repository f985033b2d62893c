class Circle:
    # unit: millimetre
    radius = 3
