def start():
    return "mail started"
