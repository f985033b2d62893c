import ast, inspect, json.decoder, textwrap
import shapes.circle
from shapes import area, Square
import library

def own(a):
    return a + 1  # of app

class Local:
    def method(self): return 1

print(inspect.getsource(own).strip())
print(inspect.getsourcelines(Local.method)[0])
print(inspect.getsource(area).strip(), '|', inspect.getsource(Square).strip())
print(inspect.getsource(shapes.circle.turn).strip())
print(ast.dump(ast.parse(inspect.getsource(library.helper)))[:20])
print(inspect.getsource(json.JSONDecoder)[:18])
