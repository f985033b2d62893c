import os
here = os.path.dirname(__file__)
FILES = ['.env', 'server.pem', 'shown.txt', 'keys']
print([os.path.exists(os.path.join(here, name)) for name in FILES])
