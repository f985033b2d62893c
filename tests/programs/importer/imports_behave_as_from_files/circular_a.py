import circular_b
VALUE = 'a'
