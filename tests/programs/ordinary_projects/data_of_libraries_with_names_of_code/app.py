# expect: end
import stored
print(stored.all())
print('end')
