# /// script
# requires-python = ">=3.10"
# dependencies = ["dask[complete]"]
# ///
"""Computes arrays, frames and bags lazily, in threads and in processes."""

import multiprocessing

import dask
import dask.array as da
import dask.bag as db
import dask.dataframe as dd
import numpy as np
import pandas as pd


def square(x):
    return x * x


def main():
    assert dask.config.get("array.chunk-size") == "128MiB"
    x = da.arange(100, chunks=10)
    assert int((x * x).sum().compute()) == 328350
    q, r = da.linalg.qr(da.from_array(np.random.default_rng(1).normal(size=(20, 3)), chunks=(5, 3)))
    assert np.allclose(q.compute().T @ q.compute(), np.eye(3))
    frame = dd.from_pandas(pd.DataFrame({"k": [1, 2, 1, 2], "v": [1, 2, 3, 4]}), npartitions=2)
    assert frame.groupby("k").v.sum().compute().to_dict() == {1: 4, 2: 6}
    assert db.range(10, npartitions=3).map(square).filter(lambda n: n % 2).compute(scheduler="threads") == [
        1,
        9,
        25,
        49,
        81,
    ]
    assert dask.compute(dask.delayed(square)(4), scheduler="processes", num_workers=2) == (16,)


if __name__ == "__main__":
    multiprocessing.freeze_support()
    main()
print("ok")
