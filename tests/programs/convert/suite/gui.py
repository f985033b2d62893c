import shared
print("gui", shared.NAME)
