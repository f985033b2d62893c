import ctypes, hashlib, sqlite3, ssl, sys
from pathlib import Path
data = (Path(__file__).parent / 'data.bin').read_bytes()
print(sys.argv[1], hashlib.sha256(data).hexdigest(), sqlite3.connect(':memory:').execute('select 6 * 7').fetchone()[0])
