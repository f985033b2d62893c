import sys, threading, warnings
import free
print(free.answer(), sys.abiflags, sys._is_gil_enabled())
# Each waits for the other and never gives way: with a lock that would not end.
sys.setswitchinterval(3600)
turn = [0]
def play(own):
    for _ in range(100):
        while turn[0] % 2 != own:
            pass
        turn[0] += 1
threads = [threading.Thread(target=play, args=(n,)) for n in range(2)]
for thread in threads: thread.start()
for thread in threads: thread.join()
sys.setswitchinterval(0.005)
print(turn)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter('always')
    import locked
print(locked.answer(), sys._is_gil_enabled(), *[str(w.message).split(',')[0] for w in caught])
