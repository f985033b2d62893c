NAME = 'prod'
