VALUE = 'left a'
