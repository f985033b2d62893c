# /// script
# requires-python = ">=3.10"
# dependencies = ["duckdb", "pandas", "pyarrow"]
# ///
"""Queries tables, frames and files."""

import tempfile
from pathlib import Path

import duckdb
import pandas as pd

connection = duckdb.connect()
connection.execute("create table t as select i, i * i as square from range(10) r(i)").fetchall()
assert connection.execute("select sum(square) from t").fetchall() == [(285,)]
frame = pd.DataFrame({"k": ["a", "b", "a"], "v": [1, 2, 3]})
assert connection.sql("select k, sum(v) s from frame group by k order by k").df().s.tolist() == [4, 2]
assert connection.sql("select * from t limit 3").to_arrow_table().num_rows == 3
with tempfile.TemporaryDirectory() as folder:
    path = str(Path(folder) / "t.parquet")
    connection.execute(f"copy t to '{path}' (format parquet)").fetchall()
    assert duckdb.sql(f"select count(*) from '{path}'").fetchall() == [(10,)]
    connection.create_function("twice", lambda x: 2 * x, [int], int)
    assert connection.execute("select twice(21)").fetchall() == [(42,)]
    assert connection.execute("select '{\"a\": [1, 2]}'::json ->> '$.a[1]'").fetchall() == [("2",)]
print("ok")
