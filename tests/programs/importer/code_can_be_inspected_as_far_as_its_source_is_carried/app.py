import inspect, linecache, shown, hidden, traceback
print(inspect.getsource(shown.f).strip().splitlines()[0], inspect.getsourcefile(shown) == shown.__file__)
print(shown.__loader__.get_source('shown').startswith('# shown'))
try:
    inspect.getsource(hidden.f)
except OSError:
    print('no source')
print(hidden.__loader__.get_source('hidden'), hidden.__loader__.is_package('hidden'))
print(hidden.__loader__.get_code('hidden').co_name)
try:
    shown.f()
except ZeroDivisionError:
    print('1 / 0' in traceback.format_exc())
