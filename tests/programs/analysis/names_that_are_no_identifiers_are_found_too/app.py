from importlib import import_module
from tables import load
import plug
print(load('1.0'), import_module('plug.2-late').VALUE, plug.first('an').VALUE)
print(*[import_module(n).VALUE for n in (''.join(['more.', 'x-', '1']), ''.join(['sole.', 'y-', '2']))])
