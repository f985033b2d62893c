VALUE = 'in'
