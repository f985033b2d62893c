import multiprocessing, os, subprocess, sys
import work
if __name__ == '__main__':
    for method in 'spawn', 'forkserver', 'fork':
        with multiprocessing.get_context(method).Pool(2) as pool:
            print(method, sum(pool.map(work.double, range(10))))
    print(subprocess.check_output([sys.executable, '-c', 'import work; print(work.double(4))'], text=True), end='')
    if len(sys.argv) < 3:
        sys.stdout.flush()
        os.execv(sys.executable, sys.argv + ['again'])
