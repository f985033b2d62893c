"""Saves a sheet and reads it again."""

import os
import tempfile

from pyexcel_xlsx import get_data, save_data

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "sheet.xlsx")
    save_data(path, {"First": [["pear", 3], ["plum", 5]]})
    print(dict(get_data(path)))
