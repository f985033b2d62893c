VALUE = 'step'
