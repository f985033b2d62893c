# /// script
# requires-python = ">=3.10"
# dependencies = ["fastparquet", "pandas"]
# ///
"""Writes and reads parquet files with several compressions."""

import tempfile
from pathlib import Path

import pandas as pd
from fastparquet import ParquetFile, write

frame = pd.DataFrame({"n": [1, 2, 3], "x": [0.5, None, 2.5], "s": ["a", "b", "ü"]})
with tempfile.TemporaryDirectory() as folder:
    for compression in "SNAPPY", "GZIP", "ZSTD", None:
        path = str(Path(folder) / f"{compression}.parquet")
        write(path, frame, compression=compression)
        back = ParquetFile(path).to_pandas()
        assert back.n.tolist() == [1, 2, 3] and back.s.tolist() == ["a", "b", "ü"], back
        assert back.x.isna().tolist() == [False, True, False]
print("ok")
