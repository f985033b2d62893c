# /// script
# requires-python = ">=3.10"
# dependencies = ["ibis-framework[duckdb,sqlite]", "duckdb<1.4"]
# ///
"""Compiles and runs expressions on backends that are entry points."""

import ibis

table = ibis.memtable({"k": ["a", "a", "b"], "v": [1, 2, 3]})
query = table.group_by("k").aggregate(total=table.v.sum()).order_by("k")
assert query.to_pyarrow().to_pylist() == [{"k": "a", "total": 3}, {"k": "b", "total": 3}]
lite = ibis.sqlite.connect()
lite.create_table("t", schema=ibis.schema({"x": "int64"}))
lite.raw_sql("INSERT INTO t VALUES (1), (5)")
assert lite.table("t").x.max().to_pyarrow().as_py() == 5
assert ibis.duckdb.connect().sql("SELECT 41 + 1 AS n").to_pyarrow()["n"][0].as_py() == 42
for dialect in ("postgres", "sqlite", "duckdb", "bigquery", "mysql", "snowflake", "clickhouse"):
    text = ibis.to_sql(ibis.table({"x": "int64"}, name="t").x.mean(), dialect=dialect)
    assert "avg" in str(text).lower(), text
assert ibis.connect("duckdb://").list_tables() == []
print("ok")
