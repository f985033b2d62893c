VALUE = 'only'
