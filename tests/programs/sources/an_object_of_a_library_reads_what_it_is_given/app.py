import kit
from kit import *
book = kit.Notebook('n')

@book.page
def first(a):
    return a + 1  # the first

@compiled
def second(): return 2

print(book.text(), second())
import model
