"""Reads a value from a settings file beside the program."""

from dynaconf import Dynaconf

settings = Dynaconf(settings_files=["settings.toml"])
print(settings.COLOUR, settings.server.port)
