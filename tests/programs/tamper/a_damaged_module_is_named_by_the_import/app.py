try:
    import json
except ImportError as e:
    print(e)
try:
    import zlib
except ImportError as e:
    print(e)
