from lib import loader
from suite import steps
print(loader.load(steps))
