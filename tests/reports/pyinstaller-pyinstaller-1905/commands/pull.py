def run():
    return "pulled"
