"""Composes a configuration from files beside the program."""

import os

from hydra import compose, initialize_config_dir

folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "conf")
with initialize_config_dir(config_dir=folder, version_base=None):
    config = compose("config", overrides=["db=small"])
print(config.title, config.db.host)
