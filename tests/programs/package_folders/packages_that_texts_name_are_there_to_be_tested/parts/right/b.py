VALUE = 'right b'
