VALUE = 'second'
