import subprocess, sys
if len(sys.argv) > 1: print('again', sys.argv[1:]); sys.exit()
for words in ['-'], ['-I', '-'], ['-I'], ['-u', '-X', 'dev'], ['-x', 'y'], ['--', '-']:
    print(subprocess.run([sys.executable, *words], input='import sys; print(1 + 1, sys.argv)',
                         capture_output=True, text=True).stdout.strip(), flush=True)
