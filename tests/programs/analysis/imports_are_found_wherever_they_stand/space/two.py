VALUE = 'two'
