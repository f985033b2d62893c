# /// script
# requires-python = ">=3.10"
# dependencies = ["pyarrow", "pandas", "numpy"]
# [tool.freeze-compat]
# rules = ["pyarrow.toml"]
# ///
"""Computes, and writes and reads through several of its libraries."""

import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.acero as acero
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.dataset as ds
import pyarrow.feather
import pyarrow.flight as flight
import pyarrow.fs
import pyarrow.json
import pyarrow.orc
import pyarrow.parquet as pq

table = pa.table({"k": ["a", "b", "a"], "v": [1, 2, 3]})
assert pc.sum(table["v"]).as_py() == 6
assert table.group_by("k").aggregate([("v", "sum")]).sort_by("k")["v_sum"].to_pylist() == [4, 2]
with tempfile.TemporaryDirectory() as folder:
    folder = Path(folder)
    for compression in "snappy", "zstd", "gzip", "lz4", "brotli":
        pq.write_table(table, folder / f"{compression}.parquet", compression=compression)
        assert pq.read_table(folder / f"{compression}.parquet").equals(table)
    ds.write_dataset(table, folder / "d", format="parquet", partitioning=["k"], partitioning_flavor="hive")
    assert ds.dataset(folder / "d", partitioning="hive").to_table(filter=ds.field("k") == "a").num_rows == 2
    pa.orc.write_table(table, folder / "f.orc")
    assert pa.orc.read_table(folder / "f.orc").equals(table)
    pa.csv.write_csv(table, folder / "f.csv")
    assert pa.csv.read_csv(folder / "f.csv").equals(table)
    pa.feather.write_feather(table, folder / "f.feather")
    assert pa.feather.read_table(folder / "f.feather").equals(table)
    assert pa.fs.LocalFileSystem().get_file_info(str(folder / "f.csv")).size > 0


class Server(flight.FlightServerBase):
    def do_get(self, context, ticket):
        return flight.RecordBatchStream(table)


with Server("grpc://127.0.0.1:0") as server:
    with flight.connect(f"grpc://127.0.0.1:{server.port}") as client:
        assert client.do_get(flight.Ticket(b"t")).read_all().equals(table)
assert table.to_pandas().v.sum() == 6
zoned = pa.array([0], pa.timestamp("s", "UTC")).cast(pa.timestamp("s", "Asia/Tokyo"))
assert zoned[0].as_py().hour == 9
assert acero.Declaration("table_source", acero.TableSourceNodeOptions(table)).to_table().num_rows == 3
print("ok")
