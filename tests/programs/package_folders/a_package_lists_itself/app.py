import mixed, mixed.plain
print(mixed.listed(), mixed.plain.sizes())
