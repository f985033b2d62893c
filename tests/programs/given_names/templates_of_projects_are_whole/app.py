# expect: end
import maker
print(*maker.names(), sep='\n')
print('end')
