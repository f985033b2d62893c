"""Opens a database whose dialect an entry point names."""

import warnings

from sqlalchemy import create_engine, text

warnings.simplefilter("ignore")
engine = create_engine("duckdb:///:memory:")
with engine.connect() as connection:
    print(connection.execute(text("select 40 + 2")).scalar(), engine.dialect.name)
