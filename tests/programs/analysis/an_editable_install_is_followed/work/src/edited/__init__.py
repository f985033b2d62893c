VALUE = 'edited'
