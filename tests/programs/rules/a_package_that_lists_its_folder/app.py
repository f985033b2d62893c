import pkg
print(pkg.names(), pkg.text())
