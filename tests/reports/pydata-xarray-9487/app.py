"""Cuts an array into chunks."""

import numpy as np
import xarray as xr

array = xr.DataArray(np.zeros((4, 4)), dims=("x", "y")).chunk({"x": 2})
print(type(array.data).__module__.split(".")[0], array.chunks)
