"""Loads an application that a string names."""

import uvicorn

config = uvicorn.Config("augur.api.service:service", log_config=None)
config.load()
print(type(config.loaded_app).__name__, config.loaded_app.__class__.__mro__[-1].__name__)
