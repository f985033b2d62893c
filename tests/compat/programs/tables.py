# /// script
# requires-python = ">=3.10"
# dependencies = ["tables"]
# ///
"""Writes and reads compressed arrays and tables, and asks them."""

import tempfile

import numpy as np
import tables


class Row(tables.IsDescription):
    name = tables.StringCol(8)
    value = tables.Float64Col()


with tempfile.TemporaryDirectory() as folder:
    path = f"{folder}/a.h5"
    with tables.open_file(path, "w") as file:
        for library in ("zlib", "blosc", "blosc2", "bzip2", "lzo"):
            if tables.which_lib_version(library):
                filters = tables.Filters(5, library)
                file.create_carray("/", f"c_{library}", obj=np.arange(10_000), filters=filters)
        table = file.create_table("/", "t", Row)
        for n in range(100):
            table.row["name"], table.row["value"] = f"n{n}", n / 2
            table.row.append()
        table.flush()
        table.cols.value.create_index()
    with tables.open_file(path) as file:
        assert file.root.c_blosc2[:].sum() == 49_995_000 and file.root.c_zlib[-1] == 9_999
        assert [r["name"] for r in file.root.t.where("(value > 48) & (value < 49)")] == [b"n97"]
print("ok")
