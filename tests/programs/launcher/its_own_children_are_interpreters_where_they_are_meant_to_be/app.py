import os, subprocess, sys
def unused(): import tool, runner
if len(sys.argv) > 1: print('started again with', sys.argv[1:]); sys.exit()
def run(*words):
    answer = subprocess.run([sys.executable, *words], capture_output=True, text=True)
    print(answer.returncode, answer.stdout.strip() or answer.stderr.strip().replace(sys.executable, 'app'), flush=True)
run('-c', 'import sys; print(sys.argv, repr(sys.path[0]))', 'x')
run('-Ic', 'import sys; print(sys.argv, sys.path[0] == sys.prefix)', 'x')
run('-u', '-m', 'tool', '--flag')
run('-m', 'nothing_like_it')
with open('s.py', 'w') as file:
    file.write('import os, sys, beside\nprint(__name__, __file__ == os.path.abspath(sys.argv[0]), sys.argv, beside.x)')
with open('beside.py', 'w') as file:
    file.write('x = 42')
run('-W', 'ignore', 's.py', 'y')
run('sub', '--flag')
run(sys.argv[0], '-c', 'z')
print(subprocess.check_output(['sh', '-c', f'{sys.executable} s.py && true'], text=True).strip(), flush=True)
