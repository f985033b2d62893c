VALUE = 'three'
