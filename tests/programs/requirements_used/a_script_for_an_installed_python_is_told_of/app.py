# expect: end
import subprocess
try:
    subprocess.run(['script-of-one'])
except OSError:
    print('none')
print('end')
