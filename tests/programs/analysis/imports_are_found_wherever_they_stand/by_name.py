VALUE = 'name'
