import sys, threading
sys.setrecursionlimit(20000)
def deep(n): return 0 if n == 0 else 1 + deep(n - 1)
kept = []
def fill(n):
    for i in range(n):
        kept.append([object() for _ in range(20000)])
        if i % 10 == 0: deep(5000)
threads = [threading.Thread(target=fill, args=(100,)) for _ in range(3)]
threading.stack_size(64 << 20)
for t in threads: t.start()
fill(100)
for t in threads: t.join()
print(sum(map(len, kept)))
del kept[:]
fill(20)
print(len(kept))
