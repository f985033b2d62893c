# /// script
# requires-python = ">=3.10"
# dependencies = ["polars"]
# ///
"""Computes with frames eagerly and lazily, and writes and reads files."""

import tempfile
from datetime import datetime
from pathlib import Path

import polars as pl

frame = pl.DataFrame({"k": ["a", "b", "a"], "v": [1, 2, 3]})
result = frame.lazy().group_by("k").agg(pl.col("v").sum()).sort("k").collect()
assert result["v"].to_list() == [4, 2]
with tempfile.TemporaryDirectory() as folder:
    folder = Path(folder)
    frame.write_parquet(folder / "f.parquet")
    assert pl.scan_parquet(folder / "f.parquet").filter(pl.col("v") > 1).collect().height == 2
    frame.write_csv(folder / "f.csv")
    frame.write_ipc(folder / "f.ipc")
    assert pl.read_csv(folder / "f.csv").equals(frame) and pl.read_ipc(folder / "f.ipc").equals(frame)
assert pl.SQLContext(t=frame).execute("select sum(v) s from t").collect().item() == 6
times = pl.Series([datetime(2024, 7, 1, 12)]).dt.replace_time_zone("UTC").dt.convert_time_zone("Asia/Tokyo")
assert times[0].hour == 21
assert frame.with_columns(pl.col("k").str.to_uppercase().alias("u"))["u"][0] == "A"
assert frame.select(pl.col("v").map_elements(lambda v: v * 2, return_dtype=pl.Int64))["v"].sum() == 12
print("ok")
