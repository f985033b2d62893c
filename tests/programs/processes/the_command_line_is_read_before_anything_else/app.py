# python: usual oldest latest
# expect: end
# args: --factor 3 - x.py
import argparse, multiprocessing, os, runpy, sys
parser = argparse.ArgumentParser()
parser.add_argument('--factor', type=int, required=True)
parser.add_argument('files', nargs='+')
options = parser.parse_args()
print('factor', options.factor, options.files, flush=True)
multiprocessing.set_start_method('spawn', force=True)
multiprocessing.set_executable(sys.executable)
def work(n): return n * options.factor, os.path.basename(__file__), __spec__, sys.argv[1:]
def again(queue):
    with multiprocessing.Pool(1) as pool: queue.put(pool.map(work, [4]))
if __name__ == '__main__':
    with multiprocessing.Pool(1) as pool: print(pool.map(work, range(2)), flush=True)
    queue = multiprocessing.Queue()
    child = multiprocessing.Process(target=again, args=(queue,))
    child.start(); print(queue.get(timeout=60), flush=True); child.join()
    print(sorted(name for name in runpy.run_path(__file__, run_name='other') if name[0] != '_'))
    multiprocessing.freeze_support()
    print('end')
