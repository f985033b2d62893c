NAME = "pretty"
