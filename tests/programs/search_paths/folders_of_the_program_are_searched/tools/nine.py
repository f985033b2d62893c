import helper
NAME = 9
