import inspect, os

def names():
    here = os.path.dirname(__file__)
    return sorted(n for n in os.listdir(here) if n.endswith('.py'))

def text():
    from . import shown
    return inspect.getsource(shown).strip()
