# python: usual oldest latest
# expect: end
import os, subprocess, sys
HERE = os.path.dirname(os.path.abspath(__file__))
if os.environ.get('CHILD'):
    print('the program again', sys.argv[1:], __name__)
    sys.exit(9)
os.environ['CHILD'] = '1'
def run(*words, **more):
    done = subprocess.run([sys.executable, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, **more)
    text = done.stdout.decode().strip().replace(sys.executable, 'EXE')
    print(done.returncode, text.replace(os.path.realpath(HERE), 'HERE').replace(HERE, 'HERE'), flush=True)

run('-u', os.path.join(HERE, 'service'), 'x')
run(os.path.join(HERE, 'service'), cwd='/')
run('-u', os.path.join(HERE, 'service', 'pool.py'))
os.symlink(os.path.join(HERE, 'service', 'pool.py'), os.path.join(os.environ['TMPDIR'], 'link.py'))
run('-B', 'link.py', cwd=os.environ['TMPDIR'])
run('/proc/self/cwd/link.py', cwd=os.environ['TMPDIR'])
print('end')
