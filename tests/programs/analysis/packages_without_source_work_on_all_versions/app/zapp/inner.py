import quopri
VALUE = quopri.__name__
