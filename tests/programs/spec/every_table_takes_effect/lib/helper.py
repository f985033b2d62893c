# the helper
value = 5

def helping():
    pass
