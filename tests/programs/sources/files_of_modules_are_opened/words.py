# the words
def first(): return open(__file__).readline().strip()
