"""Makes words of numbers by a list that the package ships."""

from mnemonic import Mnemonic

print(Mnemonic("english").to_mnemonic(bytes(16)))
