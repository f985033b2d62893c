import kit.shapes
print(kit.shapes.COMMENTS)
