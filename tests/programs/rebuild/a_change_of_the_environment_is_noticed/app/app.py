try:
    from by_pth import VALUE
except ImportError:
    VALUE = 'no'
try:
    import two
except ImportError:
    two = None
print(VALUE, two and two.VALUE)
