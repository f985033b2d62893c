from engine.registry import kinds

print(kinds())
