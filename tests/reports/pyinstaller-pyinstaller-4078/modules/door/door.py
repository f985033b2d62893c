def run():
    return "door shut"
