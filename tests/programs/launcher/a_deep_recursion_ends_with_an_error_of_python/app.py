def f(): return f() + 1
try:
    f()
except RecursionError:
    print('caught')
