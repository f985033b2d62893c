import subprocess, sys
if len(sys.argv) > 1: print('started again with', sys.argv[1:]); sys.exit()
answer = subprocess.run([sys.executable, *'-m pip install x'.split()], capture_output=True, text=True)
print(answer.returncode, 'started again' in answer.stdout, 'interpreter = true' in answer.stderr)
answer = subprocess.run([sys.executable, *'-c print(1)'.split()], capture_output=True, text=True)
print(answer.returncode, 'started again' in answer.stdout, 'interpreter = true' in answer.stderr)
answer = subprocess.run([sys.executable, 'sub', '--flag'], capture_output=True, text=True)
print(answer.stdout.strip())
