VALUE = 'class'
