def fail():
    raise ValueError()  # frozen-marker
