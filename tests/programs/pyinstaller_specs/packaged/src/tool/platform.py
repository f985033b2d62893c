NAME = "of the tool"
