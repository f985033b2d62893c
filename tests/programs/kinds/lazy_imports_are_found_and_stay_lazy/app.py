import sys
lazy import first
lazy from second import VALUE, other as another
lazy import pack.inner as inner
print([n for n in ('first', 'second', 'pack') if n in sys.modules])
print(first.VALUE, VALUE, another, inner.VALUE)
print([n for n in ('first', 'second', 'pack') if n in sys.modules])
