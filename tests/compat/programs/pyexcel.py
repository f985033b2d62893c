# /// script
# requires-python = ">=3.10"
# dependencies = ["pyexcel", "pyexcel-xlsx", "pyexcel-xls", "pyexcel-ods3", "chardet"]
# ///
"""Writes and reads sheets by plugins."""

import tempfile

import pyexcel

rows = [["name", "n"], ["a", 1], ["b", 2]]
with tempfile.TemporaryDirectory() as folder:
    for kind in ("xlsx", "xls", "ods", "csv", "tsv", "csvz"):
        pyexcel.save_as(array=rows, dest_file_name=f"{folder}/t.{kind}")
        assert pyexcel.get_array(file_name=f"{folder}/t.{kind}") == rows, kind
    assert list(pyexcel.iget_records(file_name=f"{folder}/t.xlsx"))[1] == {"name": "b", "n": 2}
    sheet = pyexcel.get_sheet(file_name=f"{folder}/t.ods", name_columns_by_row=0)
    assert sheet.column["n"] == [1, 2]
    assert pyexcel.get_book(bookdict={"x": rows})["x"][1, 0] == "a"
print("ok")
