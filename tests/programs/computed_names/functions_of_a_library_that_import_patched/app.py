import green

print(green.names(), green.colorsys.__name__)
