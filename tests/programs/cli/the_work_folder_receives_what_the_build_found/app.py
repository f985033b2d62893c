import certainly_gone
try:
    import perhaps_gone.inner
except ImportError:
    pass
def f():
    import later_gone
