"""Says it loudly."""


def say(text):
    return text.upper()
