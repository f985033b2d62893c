NAME = "clock"
