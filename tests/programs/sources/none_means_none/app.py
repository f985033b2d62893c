import inspect, os
def f(): return 'marked-function'
try:
    print(inspect.getsource(f))
except OSError as e:
    print(e)
print(os.path.exists(__file__))
try:
    open(__file__)
except FileNotFoundError:
    print('not there')
