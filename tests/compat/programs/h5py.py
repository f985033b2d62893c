# /// script
# requires-python = ">=3.10"
# dependencies = ["h5py"]
# ///
"""Writes and reads HDF5 files with filters, attributes and compound types."""

import tempfile
from pathlib import Path

import h5py
import numpy as np

with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "f.h5"
    with h5py.File(path, "w") as file:
        data = file.create_dataset("g/x", data=np.arange(1000).reshape(10, 100), chunks=True, compression="gzip")
        data.attrs["unit"] = "m"
        file.create_dataset("l", data=np.ones(50), compression="lzf", shuffle=True, fletcher32=True)
        file["c"] = np.array([(1, 2.5)], dtype=[("a", "i4"), ("b", "f8")])
        file["s"] = ["ä", "b"]
        file["link"] = h5py.SoftLink("/g/x")
    with h5py.File(path) as file:
        assert file["g/x"][3, 4] == 304 and file["link"].attrs["unit"] == "m"
        assert file["l"][...].sum() == 50 and file["c"]["b"][0] == 2.5
        assert file["s"].asstr()[0] == "ä"
assert h5py.version.hdf5_version
print("ok")
