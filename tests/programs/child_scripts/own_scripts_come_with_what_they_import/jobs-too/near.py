VALUE = 'near'
