MAIN = __name__
