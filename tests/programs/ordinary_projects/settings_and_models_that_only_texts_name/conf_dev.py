NAME = 'dev'
