VALUE = "third"
