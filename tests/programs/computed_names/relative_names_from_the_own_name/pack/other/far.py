NAME = 'far'
