raise RuntimeError("utilities do not import a package")
