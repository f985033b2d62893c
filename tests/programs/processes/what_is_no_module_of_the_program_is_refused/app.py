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

run(*os.environ['FIRST'].split())
run(*os.environ['SECOND'].split())
run('-m', 'json.tool', input=b'[]')
import json.tool
