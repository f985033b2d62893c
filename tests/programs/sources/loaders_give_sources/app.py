import importlib.util, sys
import first
print(__loader__.get_source(__name__).splitlines()[1])
spec = importlib.util.find_spec('second')
print(spec.loader.get_source('second').strip())
print(first.__loader__.get_source('first').strip())
import second
