import sys
from pack.inner import connect
print(connect.load('unix'), connect.above('far'), connect.fixed())
