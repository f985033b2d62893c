NAME = 'fixed'
