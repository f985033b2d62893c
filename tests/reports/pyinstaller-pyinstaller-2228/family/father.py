NAME = "Otto"
