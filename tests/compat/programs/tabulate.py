# /// script
# requires-python = ">=3.10"
# dependencies = ["tabulate", "prettytable", "texttable", "wcwidth"]
# ///
"""Prints tables."""

import prettytable
import tabulate
import texttable

rows = [["a", 1], ["日本", 22.5]]
assert tabulate.tabulate(rows, ["k", "v"], "github").splitlines()[0].replace(" ", "") == "|k|v|"
for form in tabulate.tabulate_formats:
    assert "22.5" in tabulate.tabulate(rows, tablefmt=form), form
table = prettytable.PrettyTable(["k", "v"])
table.add_rows(rows)
assert "| 日本 | 22.5 |" in table.get_string() and "<table>" in table.get_html_string()
other = texttable.Texttable()
other.add_rows([["k", "v"], *rows])
assert "22.5" in other.draw()
print("ok")
