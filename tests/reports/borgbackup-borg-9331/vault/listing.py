def show(words):
    return "listing " + " ".join(words)
