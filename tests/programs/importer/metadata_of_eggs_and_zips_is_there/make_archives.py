import sys, zipfile
def pack(archive, files):
    with zipfile.ZipFile(archive, 'w') as z:
        for name, text in files.items():
            z.writestr(name, text)
pack('zipped_dist-1.5-py3.egg', {
    'zipped/__init__.py': 'def go():\n    return 7\n',
    'EGG-INFO/PKG-INFO': 'Metadata-Version: 1.1\nName: Zipped.Dist\nVersion: 1.5\n',
    'EGG-INFO/entry_points.txt': '[console_scripts]\nzip-tool = zipped:go\n',
    'EGG-INFO/requires.txt': 'six\n',
    'EGG-INFO/top_level.txt': 'zipped\n',
    'EGG-INFO/zip-safe': '\n'})
pack('wheeled-3.0-py3-none-any.whl', {
    'wheeled.py': '',
    'wheeled-3.0.dist-info/METADATA': 'Metadata-Version: 2.1\nName: wheeled\nVersion: 3.0\n',
    'wheeled-3.0.dist-info/RECORD': 'wheeled.py,,\nwheeled-3.0.dist-info/METADATA,,\n'})
