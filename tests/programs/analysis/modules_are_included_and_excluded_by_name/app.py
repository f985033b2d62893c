for name in 'json', 'hidden', 'tree.a', 'tree.b.c', 'decimal':
    try:
        print(__import__(name, fromlist=['x']).__name__)
    except ImportError as e:
        print('no', name)
