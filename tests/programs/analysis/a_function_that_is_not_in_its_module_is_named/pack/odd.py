if __debug__:
    try:
        from os import getcwd as main
    except ImportError:
        main = None
