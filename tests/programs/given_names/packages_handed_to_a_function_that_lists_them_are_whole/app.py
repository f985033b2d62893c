# expect: end
from detect.core.main import kinds
print(kinds())
print('end')
