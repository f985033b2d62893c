# python: oldest usual
# expect: end
import os, starter
if os.environ.get('CHILD'):
    raise SystemExit('the program again')
os.environ['CHILD'] = '1'
print(starter.module())
print(starter.relative())
print(starter.path('x'))
print(starter.text())
starter.Holder().show()
print('end')
