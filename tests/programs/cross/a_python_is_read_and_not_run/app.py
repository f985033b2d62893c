import sys
print('read', '%d.%d' % sys.version_info[:2])
if sys.platform == 'win32':
    import winreg
