import time, sys
LOADED = getattr(sys, 'loaded', 0) + 1
sys.loaded = LOADED
time.sleep(0.05)
VALUE = 1
