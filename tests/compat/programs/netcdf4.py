# /// script
# requires-python = ">=3.10"
# dependencies = ["netCDF4"]
# ///
"""Writes and reads a data set with groups, compression and times."""

import tempfile
from pathlib import Path

import netCDF4
import numpy as np

with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "d.nc"
    with netCDF4.Dataset(path, "w") as data:
        data.createDimension("t", None)
        time = data.createVariable("t", "f8", ("t",))
        time.units = "days since 2000-01-01"
        value = data.createGroup("g").createVariable("v", "f4", ("t",), zlib=True, fill_value=-1)
        time[:] = [0, 1, 2]
        value[:] = np.ma.masked_array([1.5, 2.5, 3.5], mask=[0, 1, 0])
    with netCDF4.Dataset(path) as data:
        assert data["g/v"][:].mask.tolist() == [False, True, False] and float(data["g/v"][0]) == 1.5
        day = netCDF4.num2date(data["t"][2], data["t"].units)
        assert (day.year, day.month, day.day) == (2000, 1, 3)
    with netCDF4.Dataset(path, "w", format="NETCDF3_CLASSIC") as data:
        data.title = "old"
    assert netCDF4.Dataset(path).data_model == "NETCDF3_CLASSIC"
print("ok")
