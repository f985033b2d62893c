# /// script
# requires-python = ">=3.10"
# dependencies = ["sqlfluff"]
# ///
"""Lints and mends statements of dialects that are loaded by name."""

import sqlfluff

for dialect in ("ansi", "postgres", "bigquery", "snowflake", "tsql", "sparksql", "duckdb"):
    found = {v["code"] for v in sqlfluff.lint("SELECT a,b from  t where x=1\n", dialect=dialect)}
    assert {"CP01", "LT01"} <= found, (dialect, found)
assert sqlfluff.fix("SELECT a from t\n", rules=["CP01"]) == "SELECT a FROM t\n"
tree = sqlfluff.parse("SELECT a::int FROM t\n", dialect="postgres")
assert "file" in tree
assert len(sqlfluff.list_rules()) > 20 and "mysql" in [d.label for d in sqlfluff.list_dialects()]
print("ok")
