# expect: end
import sys, words
print(words.load('de').HELLO)
from nsx import aaa, bbb
print(aaa.X, bbb.X)
import kinds
print(kinds.load('one'), kinds.FOUND)
print('end')
