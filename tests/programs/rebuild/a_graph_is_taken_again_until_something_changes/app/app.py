import one, pkg.inner, where
try:
    import two
except ImportError:
    two = None
print(one.VALUE, two and two.VALUE, pkg.inner.VALUE, where.VALUE)
