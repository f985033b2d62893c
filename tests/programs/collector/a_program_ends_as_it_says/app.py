import big.all, keeper, sys
if sys.argv[1] == 'code':
    sys.exit(3)
if sys.argv[1] == 'text':
    sys.exit('why it ends')
if sys.argv[1] == 'interrupt':
    raise KeyboardInterrupt
raise ValueError('what is wrong')
