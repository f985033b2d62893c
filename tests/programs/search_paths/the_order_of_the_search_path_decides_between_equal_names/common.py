WHERE = 'beside'
