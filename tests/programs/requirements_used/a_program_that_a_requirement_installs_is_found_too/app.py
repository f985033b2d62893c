# expect: end
import caller
print(caller.run('x'))
print('end')
