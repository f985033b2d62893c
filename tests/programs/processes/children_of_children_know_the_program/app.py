# python: usual oldest latest
# expect: end
import concurrent.futures, multiprocessing, sys
print('read as', __name__, flush=True)
class Thing:
    def __init__(self, n): self.n = n
def lower(thing): return thing.n - 1, sys.modules['__main__'].__name__
def deep(n, queue):
    if n:
        child = multiprocessing.get_context('spawn').Process(target=deep, args=(n - 1, queue))
        child.start(); child.join()
        queue.put((n, child.exitcode))
    else:
        queue.put(lower(Thing(1)))
def mixed(method, queue):
    context = multiprocessing.get_context(method)
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as pool:
        queue.put((method, pool.submit(lower, Thing(5)).result()))
    with context.Pool(1) as pool:
        queue.put(pool.map(lower, [Thing(2)]))
def change(shared):
    shared['thing'] = Thing(7)
if __name__ == '__main__':
    for outer in 'spawn', 'forkserver':
        context = multiprocessing.get_context(outer)
        queue = context.Queue()
        child = context.Process(target=deep, args=(2, queue))
        child.start(); print([queue.get(timeout=60) for _ in range(3)], flush=True); child.join()
        for inner in 'spawn', 'forkserver', 'fork':
            child = context.Process(target=mixed, args=(inner, queue))
            child.start(); print(queue.get(timeout=60), queue.get(timeout=60), flush=True); child.join()
            print(child.exitcode, flush=True)
    with context.Manager() as manager:
        shared = manager.dict(a=1)
        child = context.Process(target=change, args=(shared,))
        child.start(); child.join()
        print(sorted(shared), shared['thing'].n, flush=True)
    print('end')
