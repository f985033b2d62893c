# expect: end
import caller
print(caller.ask())
print('end')
