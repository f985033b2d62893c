# /// script
# requires-python = ">=3.10"
# dependencies = ["mistune"]
# ///
"""Renders with plugins that are named by strings."""

import mistune

text = (
    "# T\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n~~gone~~ http://x.y\n\n- [x] done\n\nnote[^1]\n\n[^1]: n\n\n$$\na\n$$\n"
)
plugins = [
    "strikethrough",
    "footnotes",
    "table",
    "url",
    "task_lists",
    "math",
    "def_list",
    "abbr",
    "superscript",
    "ruby",
]
out = mistune.create_markdown(plugins=plugins)(text)
assert "<del>gone</del>" in out and "<table>" in out and "footnote" in out and 'href="http://x.y"' in out
assert 'type="checkbox"' in out and 'class="math"' in out
assert mistune.create_markdown(renderer="ast")("*a*")[0]["children"][0]["type"] == "emphasis"
print("ok")
