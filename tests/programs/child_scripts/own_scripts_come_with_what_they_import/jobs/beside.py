VALUE = 'beside'
