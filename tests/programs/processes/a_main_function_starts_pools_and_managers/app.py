# python: usual oldest latest
# expect: end
# args: -m x
from multiprocessing import get_context
def double(n): return n * 2
def main():
    with get_context('spawn').Pool(2) as pool: print(sum(pool.map(double, range(5))))
    with get_context('spawn').Manager() as manager: print(manager.list([1, 2])[1:], manager.Value('i', 3).value)
    print('end')
if __name__ == '__main__': main()
