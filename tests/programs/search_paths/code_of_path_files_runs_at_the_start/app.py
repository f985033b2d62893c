# expect: end
import tuned
print(tuned.STATE)
print('end')
