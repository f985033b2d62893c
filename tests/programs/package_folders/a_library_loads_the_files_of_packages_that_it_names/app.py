from engine.loader import Loader, names

print(sorted(names()))
print(Loader("engine.kinds").load("deep.low").NAME)
