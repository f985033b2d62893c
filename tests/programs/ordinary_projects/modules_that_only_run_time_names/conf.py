HANDLERS = ['start', 'stop']
PREFIX = 'handlers.on_'
def path_of(name): return 'handlers.on_' + name
