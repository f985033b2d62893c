def __getattr__(name):
    return lambda: print('late', name)
