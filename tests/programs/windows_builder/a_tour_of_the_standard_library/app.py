import asyncio, base64, collections, csv, ctypes, dataclasses, datetime, decimal, email.message, fractions
import hashlib, html, http.client, importlib.metadata, io, json, logging, lzma, multiprocessing, pathlib, pickle
import random, re, sqlite3, ssl, statistics, string, struct, tempfile, threading, unicodedata, urllib.parse
import uuid, xml.etree.ElementTree as tree, zipfile, zlib, winreg

async def nothing():
    await asyncio.sleep(0)
    return 'async'

print(asyncio.run(nothing()), sqlite3.connect(':memory:').execute('select 6 * 7').fetchone()[0])
print(hashlib.sha256(b'x').hexdigest()[:8], lzma.decompress(lzma.compress(b'lzma')).decode())
print(tree.fromstring('<a><b/></a>')[0].tag, decimal.Decimal('0.1') * 3, unicodedata.name('\u00e9'))
print(ctypes.sizeof(ctypes.c_void_p), ssl.HAS_TLSv1_3, zlib.crc32(b'zlib'))
