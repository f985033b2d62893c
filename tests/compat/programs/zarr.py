# /// script
# requires-python = ">=3.10"
# dependencies = ["zarr"]
# ///
"""Stores arrays with several codecs in both formats."""

import tempfile
from pathlib import Path

import numpy as np
import zarr

data = np.arange(10_000).reshape(100, 100)
with tempfile.TemporaryDirectory() as folder:
    for version in 2, 3:
        root = zarr.open_group(Path(folder) / f"v{version}", mode="w", zarr_format=version)
        array = root.create_array("a", shape=data.shape, chunks=(10, 50), dtype=data.dtype)
        array[:] = data
        array.attrs["unit"] = "m"
        back = zarr.open_group(Path(folder) / f"v{version}", mode="r")["a"]
        assert (back[20:30, 5] == data[20:30, 5]).all() and back.attrs["unit"] == "m"
    from zarr.codecs import BloscCodec, GzipCodec, ZstdCodec

    for codec in BloscCodec(), GzipCodec(), ZstdCodec():
        path = Path(folder) / type(codec).__name__
        array = zarr.create_array(path, shape=(100,), chunks=(10,), dtype="f8", compressors=[codec])
        array[:] = 1.5
        assert zarr.open_array(path)[:].sum() == 150
print("ok")
