def name():
    return "bar in util"
