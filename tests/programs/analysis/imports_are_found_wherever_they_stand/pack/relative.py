VALUE = 'relative'
