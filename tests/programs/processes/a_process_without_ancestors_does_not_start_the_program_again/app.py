import os, sys, time
import part
if os.environ.get('CHILD'):
    open('again', 'w').close()
    sys.exit()
os.environ['CHILD'] = '1'
read, write = os.pipe()
if not os.fork():
    os.setsid()
    parent = os.getpid()
    if os.fork(): os._exit(0)
    while os.getppid() == parent: time.sleep(0.01)
    os.dup2(write, 2)
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'part.py')
    os.execv(sys.executable, [sys.executable, '-u', script])
os.close(write)
with open(read) as said: print('only this program itself can run' in said.read(), os.path.exists('again'))
