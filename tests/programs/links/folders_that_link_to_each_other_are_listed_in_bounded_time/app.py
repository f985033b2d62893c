import os
folder = os.path.join(os.path.dirname(__file__), 'data')
print(sum(os.path.islink(os.path.join(at, name)) for at, folders, files in os.walk(folder) for name in folders))
