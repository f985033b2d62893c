# /// script
# requires-python = ">=3.10"
# dependencies = ["pandas", "openpyxl", "xlsxwriter", "python-calamine", "odfpy", "jinja2"]
# ///
"""Writes and reads spreadsheets through every engine."""

import tempfile
from pathlib import Path

import pandas as pd

frame = pd.DataFrame({"n": [1, 2], "s": ["a", "ü"], "d": pd.to_datetime(["2024-01-01", "2024-02-03"])})
with tempfile.TemporaryDirectory() as folder:
    for engine, ending in ("openpyxl", "xlsx"), ("xlsxwriter", "xlsx"), ("odf", "ods"):
        path = Path(folder) / f"{engine}.{ending}"
        with pd.ExcelWriter(path, engine=engine) as writer:
            frame.to_excel(writer, sheet_name="first", index=False)
        readers = ["odf", "calamine"] if ending == "ods" else ["openpyxl", "calamine"]
        for reader in readers:
            back = pd.read_excel(path, sheet_name="first", engine=reader)
            assert back.n.tolist() == [1, 2] and back.s.tolist() == ["a", "ü"], (engine, reader, back)
            assert back.d.iloc[1] == pd.Timestamp(2024, 2, 3)
assert "background-color" in frame.style.highlight_max(subset=["n"]).to_html()
print("ok")
