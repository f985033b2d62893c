import sys; sys.hooked = 'hooked'
