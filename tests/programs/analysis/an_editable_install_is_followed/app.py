import edited, edited.inner
print(edited.VALUE, edited.inner.VALUE)
