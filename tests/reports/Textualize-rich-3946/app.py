"""Prints a table whose cells are wider than their characters."""

import io

from rich.console import Console
from rich.table import Table

table = Table("sign", "name")
table.add_row("\N{PARTY POPPER}", "party")
table.add_row("\u5bff\u53f8", "food")
out = io.StringIO()
Console(file=out, width=40, color_system=None).print(table)
print(out.getvalue())
