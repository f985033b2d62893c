import json
import logging.config
import pathlib
import tomllib

folder = pathlib.Path(__file__).parent
logging.config.dictConfig(json.loads((folder / "logging.json").read_text()))
logging.getLogger("app").warning("told")
for name in tomllib.loads((folder / "app.toml").read_text())["steps"]:
    print(__import__(name).STEP)
TEXT = """
[steps]
last = closing
"""
import configparser, importlib
parser = configparser.ConfigParser()
parser.read_string(TEXT)
print(importlib.import_module(parser["steps"]["last"]).STEP)
