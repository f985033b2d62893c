VALUE = 'like'
