from importlib import import_module


def create(name, attribute="NAME"):
    return getattr(import_module(name), attribute)
