VALUE = 'python'
