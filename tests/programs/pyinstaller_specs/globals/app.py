import build_values
print(build_values.VERSION)
