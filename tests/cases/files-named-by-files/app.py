import configparser
import importlib
import json
import os

here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "setup", "stages.json")) as file:
    stages = json.load(file)
for stage in stages["stages"]:
    module, name = stage["run"].split(":")
    print(getattr(importlib.import_module(module), name)())
settings = configparser.ConfigParser()
settings.read(os.path.join(here, "setup", "output.ini"))
module, _, name = settings["output"]["writer"].rpartition(".")
print(getattr(importlib.import_module(module), name)().write())
print(importlib.import_module(settings["output"]["extra"]).VALUE)
