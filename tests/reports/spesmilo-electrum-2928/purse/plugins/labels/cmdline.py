def start():
    return "labels started"
