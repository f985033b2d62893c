from gallery.find import names
print(sorted(names()))
