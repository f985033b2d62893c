import sys
print("after")
