VALUE = 2
other = 3
