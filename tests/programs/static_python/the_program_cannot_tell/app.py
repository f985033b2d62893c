import os, subprocess, sys
with open('/proc/self/environ', 'rb') as f: environ = f.read()
child = subprocess.run(['/usr/bin/env', '-0'], stdout=subprocess.PIPE).stdout
own = [os.fsencode(k + '=' + v) for k, v in os.environ.items()]
print([v for v in child.split(b'\0') if v] == own, b'FREEZE' in environ, b'/proc/self/fd' in environ)
print(os.environ.get('LD_PRELOAD'), os.path.samefile(sys.executable, os.environ['APP']), sys.argv[1:])
with open('/proc/self/comm') as f: print(f.read().strip())
# The listing is open itself.
print(len(subprocess.check_output(['/bin/ls', '/proc/self/fd']).split()))
sys.exit(7)
