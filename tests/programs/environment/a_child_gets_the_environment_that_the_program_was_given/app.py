import json, os, subprocess, sys
environ = open('/proc/self/environ', 'rb').read()
child = subprocess.run(['/usr/bin/env', '-0'], stdout=subprocess.PIPE).stdout
shell = os.popen('/usr/bin/env -0').buffer.read() if False else subprocess.check_output('exec /usr/bin/env -0', shell=True)
def table(block): return dict(e.split('=', 1) for e in block.decode('utf-8', 'surrogateescape').split('\0') if e)
print(json.dumps({'os': dict(os.environ), 'child': table(child), 'shell': table(shell), 'cwd': os.getcwd()}))
