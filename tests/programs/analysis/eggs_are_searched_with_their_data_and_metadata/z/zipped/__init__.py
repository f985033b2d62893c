VALUE = 'zip'
