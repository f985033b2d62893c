import atexit, sys, threading, time
atexit.register(lambda: print('at exit', flush=True))
def work():
    time.sleep(0.1); print('thread ends')
threading.Thread(target=work).start()
class Late:
    def __del__(self): print('deleted')
late = Late()
print('main ends')
