NAME = 'blue'
