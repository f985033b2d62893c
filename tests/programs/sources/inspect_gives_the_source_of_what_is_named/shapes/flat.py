def area(r): return r * r
class Square: side = 1
