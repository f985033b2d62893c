import circular_a
VALUE = 'b'
