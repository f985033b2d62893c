import os
def read(): return open(os.path.join(os.path.dirname(__file__), '..', 'data', 'x.txt')).read()
