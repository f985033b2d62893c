# expect: end
import os, subprocess, sys
HERE = os.path.dirname(os.path.abspath(__file__))
print('app', sys.argv[1:], __name__, flush=True)
if len(sys.argv) < 2:
    for words in ['worker.py', 'a'], ['app.py', 'b']:
        subprocess.run([sys.executable, '-B', os.path.join(HERE, words[0]), *words[1:]])
    print('end')
