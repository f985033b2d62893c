import one
NAME = one.NAME + 1
