# freeze: --hidden-import tools.plain
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

import tools.convert
path = os.path.join(HERE, 'tools', 'convert.py')
run('-u', '-B', path, 'a', '-u')
run('-uB', '-X', 'dev', '-Werror', '--', tools.convert.__file__)
run('-s', '-E', '-W', 'ignore', '-q', path)
run('-bb', path)
run('-O', path)
run(path, '--', 'b')
run(os.path.relpath(path))
run(os.path.join(HERE, 'tools', '..', 'tools', '.', 'convert.py'))
run('-P' if sys.version_info >= (3, 11) else '-B', path, env=dict(os.environ, QUIET='1'))
print('end')
