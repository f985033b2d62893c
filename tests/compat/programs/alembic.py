# /// script
# requires-python = ">=3.10"
# dependencies = ["alembic", "sqlalchemy"]
# ///
"""Makes migrations from the bundled templates in a temporary folder and applies them."""

import os
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Column, Integer, MetaData, String, Table, create_engine, inspect

with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    url = f"sqlite:///{folder}/d.db"
    config = Config(str(Path(folder) / "alembic.ini"), stdout=open(os.devnull, "w"))
    for template in "generic", "async":
        command.init(config, str(Path(folder) / template), template=template)
    config = Config(stdout=open(os.devnull, "w"))
    config.set_main_option("script_location", str(Path(folder) / "generic"))
    config.set_main_option("sqlalchemy.url", url)
    env = Path(folder) / "generic/env.py"
    metadata = "import sqlalchemy as sa\ntarget_metadata = sa.MetaData()\n"
    metadata += (
        "sa.Table('t', target_metadata, sa.Column('id', sa.Integer, primary_key=True), sa.Column('s', sa.String(5)))\n"
    )
    text = env.read_text().replace("target_metadata = None", metadata)
    env.write_text(text.replace("if config.config_file_name is not None:", "if False:"))
    command.revision(config, "first", autogenerate=True)
    command.upgrade(config, "head")
    engine = create_engine(url)
    assert set(inspect(engine).get_table_names()) == {"t", "alembic_version"}
    assert [c["name"] for c in inspect(engine).get_columns("t")] == ["id", "s"]
    command.downgrade(config, "base")
    assert "t" not in inspect(create_engine(url)).get_table_names()
assert Table("x", MetaData(), Column("i", Integer), Column("s", String)).name == "x"
print("ok")
