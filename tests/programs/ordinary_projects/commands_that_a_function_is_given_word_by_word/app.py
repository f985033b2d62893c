# expect: end
import subprocess, sys
def python(*words, **more):
    return subprocess.run([sys.executable, *words], stdout=subprocess.PIPE, check=True, **more).stdout.decode().strip()
if __name__ == '__main__':
    print(python('-c', 'import colorsys; print(colorsys.__name__)'))
    print(python('-u', '-', input=b'print(6 * 7)'))
    print('end')
