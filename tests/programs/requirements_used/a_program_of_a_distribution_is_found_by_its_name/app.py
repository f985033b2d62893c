# expect: end
import os, subprocess, shutil, sys
import caller
print(caller.found(), caller.ran('a'))
# As in an environment that is activated.
if not getattr(sys, 'frozen', False):
    os.environ['PATH'] = os.path.dirname(sys.executable) + os.pathsep + os.environ['PATH']
path = os.environ['PATH']
print(subprocess.run(['tool-of-one', 'b'], stdout=subprocess.PIPE, check=True).stdout)
print(os.path.basename(shutil.which('tool-of-one')), shutil.which('no-such-program-here'))
print(subprocess.check_output(['sh', '-c', 'test "$PATH" = "$1" && echo same', 'sh', path]))
print('end')
