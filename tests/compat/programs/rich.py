# /// script
# requires-python = ">=3.10"
# dependencies = ["rich"]
# ///
"""Prints tables, trees, code, markdown and emoji, and tracebacks with the source they come from."""

import io

from rich.console import Console
from rich.emoji import Emoji
from rich.markdown import Markdown
from rich.progress import track
from rich.syntax import Syntax
from rich.table import Table
from rich.tree import Tree

out = io.StringIO()
console = Console(file=out, width=60, force_terminal=True, color_system="truecolor")
table = Table("a", "b", title="T")
table.add_row("[bold]1[/]", ":smiley:")
tree = Tree("root")
tree.add("leaf")
console.print(table, tree, Markdown("# H\n\n- x\n\n```python\nx = 1\n```"))
console.print(Syntax("fn main() {}", "rust", theme="monokai"))
try:
    1 / 0
except ZeroDivisionError:
    console.print_exception(show_locals=True)
text = out.getvalue()
assert "😃" in text and "└── " in text and "\x1b[38;2;" in text and "ZeroDivisionError" in text
assert str(Emoji("rocket")) == "🚀" and list(track(range(3), console=console)) == [0, 1, 2]
recorded = Console(record=True, file=io.StringIO())
recorded.print("[red]x")
assert "<span" in recorded.export_html() and "<svg" in recorded.export_svg()
assert Console(width=20, file=io.StringIO()).render_str("日本").cell_len == 4
print("ok")
