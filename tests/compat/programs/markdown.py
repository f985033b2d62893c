# /// script
# requires-python = ">=3.10"
# dependencies = ["Markdown", "Pygments"]
# ///
"""Converts text with extensions that are named by strings and by entry points."""

import markdown

text = "# Title\n\n[TOC]\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```python\nx = 1\n```\n\nA note[^1].\n\n[^1]: There.\n"
out = markdown.markdown(text, extensions=["extra", "toc", "codehilite", "markdown.extensions.smarty"])
assert '<h1 id="title">Title</h1>' in out and "<table>" in out and 'class="codehilite"' in out
assert 'class="footnote"' in out and 'class="toc"' in out
for name in "admonition", "meta", "nl2br", "sane_lists", "wikilinks", "legacy_attrs", "abbr", "def_list", "md_in_html":
    markdown.markdown("x", extensions=[name])
assert "<br" in markdown.markdown("a\nb", extensions=["nl2br"])
assert 'class="admonition note"' in markdown.markdown("!!! note\n    text", extensions=["admonition"])
print("ok")
