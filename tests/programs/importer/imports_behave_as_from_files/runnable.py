RESULT = __name__
