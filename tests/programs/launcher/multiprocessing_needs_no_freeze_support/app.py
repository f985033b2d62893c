import multiprocessing, os, sys
import work
if __name__ == '__main__':
    print('main', os.getpid() > 0)
    for method in 'spawn', 'forkserver', 'fork':
        context = multiprocessing.get_context(method)
        with context.Pool(2) as pool:
            print(method, sum(pool.map(work.double, range(10))), pool.apply(work.name))
    from multiprocessing import resource_tracker
    print(resource_tracker._resource_tracker._fd is not None)
