# What is asked of an interpreter, as `key=value` lines.
import sys, sysconfig, importlib.util
print('version=%d.%d.%d' % sys.version_info[:3])
print('implementation=' + sys.implementation.name)
print('prefix=' + sys.base_prefix)
print('libdir=' + (sysconfig.get_config_var('LIBDIR') or ''))
print('multiarch=' + (sysconfig.get_config_var('MULTIARCH') or ''))
print('abiflags=' + sys.abiflags)
print('stdlib=' + sysconfig.get_path('stdlib'))
print('linked=%d' % ('libpython' in open('/proc/self/maps').read()))
for name in 'tkinter', 'curses', 'readline', 'ssl', 'sqlite3', 'lzma', 'bz2', 'ctypes':
    try:
        __import__(name)
    except ImportError:
        print('lacks=' + name)
