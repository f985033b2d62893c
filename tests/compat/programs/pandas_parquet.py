# /// script
# requires-python = ">=3.10"
# dependencies = ["pandas", "pyarrow", "fastparquet", "tables"]
# ///
"""Writes and reads binary formats through every engine."""

import tempfile
from pathlib import Path

import pandas as pd

frame = pd.DataFrame({"n": [1, 2, 3], "x": [0.5, 1.5, 2.5], "s": ["a", "b", "c"]})
with tempfile.TemporaryDirectory() as folder:
    folder = Path(folder)
    for engine in "pyarrow", "fastparquet":
        frame.to_parquet(folder / f"{engine}.parquet", engine=engine)
        for reader in "pyarrow", "fastparquet":
            back = pd.read_parquet(folder / f"{engine}.parquet", engine=reader)
            assert back.n.tolist() == [1, 2, 3] and back.s.tolist() == ["a", "b", "c"]
    frame.to_feather(folder / "f.feather")
    assert pd.read_feather(folder / "f.feather").equals(frame)
    frame.to_orc(folder / "f.orc")
    assert pd.read_orc(folder / "f.orc").x.sum() == 4.5
    frame[["n", "x"]].to_hdf(folder / "f.h5", key="k")
    assert pd.read_hdf(folder / "f.h5", "k").x.sum() == 4.5
    frame.to_pickle(folder / "f.pickle.xz")
    assert pd.read_pickle(folder / "f.pickle.xz").equals(frame)
assert frame.convert_dtypes(dtype_backend="pyarrow").n.sum() == 6
print("ok")
