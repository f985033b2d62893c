VALUE = 'six'
