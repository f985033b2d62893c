VALUE = 'right c'
