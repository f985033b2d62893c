import big.all, short
print('while importing:', short.found)
print('after that:', short.make(20000) > 10000)
import late
print('in a later import:', late.found > 10000)
