# /// script
# requires-python = ">=3.10"
# dependencies = ["xarray", "netCDF4", "h5netcdf", "h5py", "dask", "zarr", "scipy"]
# ///
"""Computes with labels and stores through backends that are found by entry points."""

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

times = pd.date_range("2024-01-01", periods=4)
data = xr.Dataset({"t": (("time", "x"), np.arange(8.0).reshape(4, 2))}, {"time": times, "x": [10, 20]})
assert float(data.t.sel(x=20).mean()) == 4 and data.t.groupby("time.day").mean().sizes["day"] == 4
assert float(data.t.interp(x=15).isel(time=0)) == 0.5
with tempfile.TemporaryDirectory() as folder:
    for engine in "netcdf4", "h5netcdf", "scipy":
        path = Path(folder) / f"{engine}.nc"
        data.to_netcdf(path, engine=engine)
        with xr.open_dataset(path, engine=engine) as back:
            assert back.equals(data), engine
    data.to_zarr(Path(folder) / "z.zarr")
    assert xr.open_zarr(Path(folder) / "z.zarr").compute().equals(data)
    with xr.open_mfdataset([Path(folder) / "netcdf4.nc"], chunks={"time": 2}) as lazy:
        assert float(lazy.t.sum().compute()) == 28
assert {"netcdf4", "h5netcdf", "zarr", "scipy"} <= set(xr.backends.list_engines())
assert "xarray.Dataset" in data._repr_html_()
print("ok")
