import sys, zlib, json, decimal, asyncio, multiprocessing, hashlib
print('hello', sys.platform)
if sys.platform != 'darwin':
    import losing
