# /// script
# requires-python = ">=3.10"
# dependencies = ["psycopg[binary]"]
# ///
"""Adapts values, composes statements and reads connection strings, without a server."""

import datetime
import decimal
import json

import psycopg
from psycopg import adapt, conninfo, pq, sql
from psycopg.types.json import Jsonb
from psycopg.types.range import Range

assert psycopg.pq.__impl__ == "binary", psycopg.pq.__impl__
assert conninfo.conninfo_to_dict("host=h port=5 dbname=d")["port"] in (5, "5")
assert conninfo.conninfo_to_dict("postgresql://u:p@h:5433/d")["host"] == "h"
assert conninfo.make_conninfo("host=h", user="a b") == "host=h user='a b'"
transformer = adapt.Transformer()
for value, text in (
    (datetime.date(2024, 1, 2), b"2024-01-02"),
    (decimal.Decimal("1.50"), b"1.50"),
    ([1, 2], b"{1,2}"),
    (Jsonb({"a": 1}), json.dumps({"a": 1}).encode()),
    (Range(1, 5), b"[1,5)"),
):
    dumper = transformer.get_dumper(value, adapt.PyFormat.TEXT)
    dumper = dumper.upgrade(value, adapt.PyFormat.TEXT)
    assert bytes(dumper.dump(value)) == text, (value, dumper.dump(value))
loader = transformer.get_loader(psycopg.adapters.types["int4"].oid, pq.Format.TEXT)
assert loader.load(b"42") == 42
query = sql.SQL("select {} from {}").format(sql.Literal("o'k"), sql.Identifier('t"'))
assert query.as_string(None) == "select 'o''k' from \"t\"\"\""
assert pq.version() > 140000
try:
    psycopg.connect("host=127.0.0.1 port=1 connect_timeout=2")
except psycopg.OperationalError as error:
    assert "refused" in str(error)
print("ok")
