import lazy
print(lazy.Point(), sorted(lazy.names))
