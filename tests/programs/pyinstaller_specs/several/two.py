import colorsys
import shared
print("two", shared.WORD)
