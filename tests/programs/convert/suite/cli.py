import shared
print("cli", shared.NAME)
