try:
    import broken
except SyntaxError as e:
    print('broken', e.lineno)
