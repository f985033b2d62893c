import os
folder = os.path.join(os.path.dirname(__file__), 'data')
one, two = (os.path.join(folder, name) for name in ('one.bin', 'sub/two.bin'))
print(os.stat(one).st_ino != os.stat(two).st_ino)
with open(one, 'r+b') as file: file.write(b'changed')
print(open(two, 'rb').read(7), open(one, 'rb').read(7), os.path.getsize(two))
