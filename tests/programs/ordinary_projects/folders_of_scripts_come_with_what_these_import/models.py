NAME = 'models'
