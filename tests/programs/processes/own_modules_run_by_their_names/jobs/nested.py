import concurrent.futures, multiprocessing
def square(n): return n * n
if __name__ == '__main__':
    context = multiprocessing.get_context('spawn')
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as pool:
        print(list(pool.map(square, range(4))), __spec__.name)
