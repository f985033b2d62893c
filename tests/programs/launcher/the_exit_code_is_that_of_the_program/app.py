import os, signal, sys
how = sys.argv[1]
if how == 'code': sys.exit(int(sys.argv[2]))
if how == 'text': sys.exit('a message')
if how == 'error':
    def failing(): raise ValueError('a reason')
    failing()
if how == 'signal': os.kill(os.getpid(), int(sys.argv[2]))
if how == 'hard': os._exit(int(sys.argv[2]))
if how == 'interrupt': raise KeyboardInterrupt
if how == 'abort': os.abort()
