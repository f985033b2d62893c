VALUE = 'match'
