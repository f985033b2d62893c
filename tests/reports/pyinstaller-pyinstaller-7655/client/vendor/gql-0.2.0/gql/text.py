def wrap(name):
    return "query { " + name + " }"
