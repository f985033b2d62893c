import ordered, pkg
print(ordered.seen)
