# python: oldest usual
# expect: end
import os, subprocess, sys
HERE = os.path.dirname(os.path.abspath(__file__))
if os.environ.get('CHILD'):
    print('the program again', sys.argv)
    sys.exit(9)
os.environ['CHILD'] = '1'
def said(command, **more):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, **more)
    return done.returncode, done.stdout.decode().strip()

if not getattr(sys, 'frozen', False):
    os.chdir(HERE)  # Python looks for the modules of `-m` there.
import asyncio, runpy, shlex
script = os.path.join(HERE, 'jobs', 'first.py')
print(said([sys.executable, '-u', '-B', script, 'a']))
command = [sys.executable]
command += ['-X', 'utf8']
command.append(os.path.join(HERE, 'jobs', 'second.py'))
command.extend(['--fast', 'b'])
print(said(command))
PYTHON = sys.executable
print(said([PYTHON] + ['-W', 'ignore'] + [os.path.join(HERE, 'jobs-too', 'third-job.py')]))
async def fourth():
    path = os.path.join(HERE, 'jobs', 'fourth.py')
    child = await asyncio.create_subprocess_exec(sys.executable, path, stdout=asyncio.subprocess.PIPE)
    out, _ = await child.communicate()
    return child.returncode, out.decode().strip()
print(asyncio.run(fourth()))
print(said(shlex.split(f'{sys.executable} -m jobs.fifth c')))
print(runpy.run_path(os.path.join(HERE, 'jobs', 'sixth.py'), run_name='__main__')['VALUE'])
import workers
print(workers.again())
def start(name, *arguments):
    return said([sys.executable, os.path.join(HERE, name), *arguments])
print(start('service', 'd'))
print('end')
