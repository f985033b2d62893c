import shared
print("one", shared.WORD)
