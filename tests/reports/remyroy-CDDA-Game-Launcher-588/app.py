"""Brings a database up to date by scripts beside the program."""

import os
import tempfile

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

with tempfile.TemporaryDirectory() as folder:
    url = "sqlite:///" + os.path.join(folder, "saves.db")
    config = Config()
    config.set_main_option("script_location", os.path.join(os.path.dirname(os.path.abspath(__file__)), "changes"))
    config.set_main_option("sqlalchemy.url", url)
    command.upgrade(config, "head")
    engine = create_engine(url)
    with engine.connect() as connection:
        print(MigrationContext.configure(connection).get_current_revision())
    engine.dispose()
