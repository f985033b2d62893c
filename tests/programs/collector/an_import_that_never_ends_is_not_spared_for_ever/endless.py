import big.all, short
print('at last:', short.make(300000) > 100000)
