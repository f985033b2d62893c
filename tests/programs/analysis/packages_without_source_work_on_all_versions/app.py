import bare, bare.part, bare.deep.er, zapp
print(bare.part.hue(), zapp.VALUE)
