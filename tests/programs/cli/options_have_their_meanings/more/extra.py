VALUE = 'extra'
