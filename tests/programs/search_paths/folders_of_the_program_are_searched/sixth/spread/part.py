NAME = 'namespace'
