# entry
# entry
import asyncio, os, subprocess, sys
depth, way, exe = int(os.environ.get('DEPTH', '0')), os.environ.get('WAY'), sys.executable
os.environ['DEPTH'] = str(depth + 1)
own = exe if getattr(sys, 'frozen', False) else __file__
if depth: print(way, depth, sys.argv[1:], __package__, __spec__ and __spec__.name, __name__, flush=True)
if depth > 4 or len(sys.argv) > 4: sys.exit('a storm')
async def later(*words):
    await (await asyncio.create_subprocess_exec(*words)).wait()
async def shell(line):
    await (await asyncio.create_subprocess_shell(line)).wait()
line = [exe] + sys.argv
module = [exe, '-u', '-m', 'pkg']
WAYS = {
    'module': lambda: os.execv(exe, module + sys.argv[1:]),
    'module run': lambda: subprocess.run(module + ['z']),
    'execv': lambda: os.execv(exe, line),
    'execl': lambda: os.execl(exe, exe, *sys.argv),
    'execve': lambda: os.execve(exe, [exe, '-u', __file__, 'y'], dict(os.environ)),
    'execv python': lambda: os.execv(exe, (['python'] if own is exe else [exe]) + sys.argv),
    'execv absolute': lambda: os.execv(exe, [exe, '-B', os.path.abspath(sys.argv[0])] + sys.argv[1:]),
    'run': lambda: subprocess.run(line),
    'run file': lambda: subprocess.run([exe, __file__, 'child']),
    'run argv': lambda: subprocess.run([exe, '-u', '-X', 'dev', sys.argv[0], 'child']),
    'run elsewhere': lambda: subprocess.run([exe, os.path.realpath(__file__), 'child'], cwd='/'),
    'posix_spawn': lambda: os.waitpid(os.posix_spawn(exe, line, os.environ), 0),
    'posix_spawn file': lambda: os.waitpid(os.posix_spawn(exe, [exe, __file__, 'a b'], os.environ), 0),
    'spawnv': lambda: os.spawnv(os.P_WAIT, exe, [exe, __file__, 'a b']),
    'asyncio': lambda: asyncio.run(later(*line)),
    'asyncio file': lambda: asyncio.run(later(exe, '-W', 'ignore', __file__, 'child')),
    'asyncio shell': lambda: asyncio.run(shell(f'{exe} {__file__} child')),
    'system': lambda: os.system(f'{exe} -u {sys.argv[0]} child'),
}
if depth in (1, 2): WAYS[way]()
if not depth:
    for way in 'module', 'module run', 'run file', 'execve', 'posix_spawn file', 'asyncio file': subprocess.run(module + sys.argv[1:], env=dict(os.environ, WAY=way))
    print('end')
