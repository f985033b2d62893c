NAME = 'unix'
