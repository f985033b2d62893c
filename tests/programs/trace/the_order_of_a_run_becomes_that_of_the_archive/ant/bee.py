x = 2
try:
    import no_such_module
except ImportError:
    pass
