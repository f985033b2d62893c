import ssl, sqlite3, ctypes, asyncio, multiprocessing, lzma, decimal, zoneinfo
try:
    import tkinter
except ImportError: pass
