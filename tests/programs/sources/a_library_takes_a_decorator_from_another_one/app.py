import engine

print(engine.plus(1, 2))
