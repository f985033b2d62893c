# /// script
# requires-python = ">=3.10"
# dependencies = ["pandas", "sqlalchemy"]
# [tool.freeze-compat]
# rules = ["pandas.toml"]
# ///
"""Writes and reads SQL tables, through sqlite3 and SQLAlchemy."""

import io
import sqlite3

import pandas as pd
from sqlalchemy import create_engine, text

frame = pd.DataFrame({"n": [1, 2, 3], "s": ["a", "b", "c"]})
with sqlite3.connect(":memory:") as connection:
    frame.to_sql("t", connection, index=False)
    assert pd.read_sql("select sum(n) s from t", connection).s[0] == 6
engine = create_engine("sqlite://")
with engine.connect() as connection:
    frame.to_sql("t", connection, index=False, if_exists="replace")
    assert pd.read_sql_table("t", connection).s.tolist() == ["a", "b", "c"]
    assert pd.read_sql(text("select * from t where n > :n"), connection, params={"n": 1}).n.tolist() == [2, 3]
assert frame.groupby("s").n.rolling(1).mean().sum() == 6
assert frame.eval("m = n * 2").m.tolist() == [2, 4, 6] and frame.query("n > 1").shape == (2, 2)
assert pd.date_range("2024-03-30", periods=2, tz="Europe/Berlin", freq="D").tz_convert("UTC")[1].hour == 23
assert pd.read_json(io.StringIO(frame.to_json())).n.sum() == 6
print("ok")
