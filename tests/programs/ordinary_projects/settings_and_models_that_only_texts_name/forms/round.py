import colorsys
class Circle:
    def area(self): return 3
