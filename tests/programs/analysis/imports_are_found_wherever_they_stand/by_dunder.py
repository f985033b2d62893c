VALUE = 'dunder'
