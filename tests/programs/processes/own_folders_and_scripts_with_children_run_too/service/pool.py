import multiprocessing, os, sys
class Job:
    def __init__(self, n): self.n = n
    def run(self): return self.n * 3, sys.modules['__main__'].__name__
def work(job): return job.run()
if __name__ == '__main__':
    with multiprocessing.get_context('spawn').Pool(1) as pool:
        print(pool.map(work, [Job(1), Job(2)]), __spec__)
