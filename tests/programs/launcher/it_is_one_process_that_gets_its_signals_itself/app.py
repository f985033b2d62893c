import os, signal, sys, time
children = open('/proc/self/task/%d/children' % os.getpid()).read().split()
def stop(number, frame):
    print('caught', number, flush=True); sys.exit(5)
signal.signal(signal.SIGTERM, stop)
print(os.getpid(), children, flush=True)
open(sys.argv[1], 'w').close()
while True: time.sleep(0.01)
