def of(name):
    return len(name)
