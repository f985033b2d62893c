COUNT = globals().get('COUNT', 0) + 1
def __getattr__(name):
    if name == 'attribute':
        from .real import VALUE
        return VALUE
    raise AttributeError(name)
