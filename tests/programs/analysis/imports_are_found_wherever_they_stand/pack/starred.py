VALUE = 'starred'
