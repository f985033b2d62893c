import tool
x = 6
def f():
    return x * 7

f()
1/0
