# entry
"""Gives a server the name of this file itself."""

from uvicorn.importer import import_from_string


class App:
    name = "shop"


app = App()

if __name__ == "__main__":
    loaded = import_from_string("srv:app")
    print(loaded.name, loaded is app)
