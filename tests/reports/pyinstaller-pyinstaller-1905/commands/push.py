def run():
    return "pushed"
