# expect: end
import os, subprocess, sys, tempfile, textwrap, zipfile
from runner import py
if os.environ.get('CHILD'):
    sys.exit('the program again')
os.environ['CHILD'] = '1'
HERE = os.path.dirname(os.path.abspath(__file__))
if not getattr(sys, 'frozen', False):
    # Where `-m` looks.
    os.chdir(HERE)


def show(done):
    print(done.returncode, done.stdout.strip().replace('\r', ''), done.stderr.strip()[-300:], flush=True)


# Texts for a shell.
for command in (
    f'"{sys.executable}" "{HERE}/bin/first.py" x y',
    '%s %s x' % (sys.executable, os.path.join(HERE, 'bin', 'second.py')),
    sys.executable + ' ' + HERE + '/bin/third.py x',
):
    show(subprocess.run(command, shell=True, capture_output=True, text=True))
# Code with a value in it.
code = textwrap.dedent("""
    import sys
    from inner import secret
    print(secret.V, %r)
""") % 'value'
show(subprocess.run([sys.executable, '-c', code], capture_output=True, text=True))
# Modules by their names, in another module.
py('calendar', '2024', '1')
py('tabnanny', '-h')
py('jobs.one')
# More commands than a few.
def call(*words): show(subprocess.run([sys.executable, *words], capture_output=True, text=True))
call('-m', 'jobs.two', 'a')
call('-m', 'jobs.two', 'b')
call('-m', 'jobs.two', 'c')
call('-m', 'jobs.two', 'd')
call('-m', 'jobs.two', 'e')
call('-m', 'jobs.two', 'f')
call('-m', 'jobs.three')
call('-m', 'json.tool', '-h')
# What a folder or a zip file has to run is run, and not the program again.
folder = tempfile.mkdtemp()
with zipfile.ZipFile(folder + '/app.pyz', 'w') as file:
    file.writestr('__main__.py', 'import sys; print("zip", sys.argv[1:], __name__)')
os.mkdir(folder + '/app')
with open(folder + '/app/__main__.py', 'w') as file:
    file.write('import sys; print("folder", sys.argv[1:], __name__)')
call(folder + '/app.pyz', 'x')
call(folder + '/app', 'x')
print('end')
