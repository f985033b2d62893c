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

run('-u', os.path.join(HERE, 'lib', 'gone.py'))
run(os.path.join(HERE, 'gone.py'))
run('-B', '/nowhere/gone.py')
with open('outside.py', 'w') as file:
    file.write('import sys; print(__name__, __file__ == sys.argv[1], sys.argv[2:])')
run('-u', 'outside.py', os.path.abspath('outside.py'), '-x')
with open('tool', 'w') as file:
    file.write('#!/usr/bin/env python3\nprint("a tool")')
run('-I', 'tool')
with open('notes.txt', 'w') as file:
    file.write('notes')
run('outside.py', os.path.abspath('outside.py'), '-y')
run('/nowhere/gone.py')
run('-s', 'notes.txt')
run('notes.txt')
