VALUE = 'function'
