# /// script
# requires-python = ">=3.10"
# dependencies = ["Pygments"]
# ///
"""Finds lexers, styles and formatters by name and colours with them."""

from pygments import highlight
from pygments.filters import get_filter_by_name
from pygments.formatters import get_all_formatters, get_formatter_by_name
from pygments.lexers import get_all_lexers, get_lexer_by_name, get_lexer_for_filename, guess_lexer
from pygments.styles import get_all_styles, get_style_by_name

out = highlight("def f(): return 1", get_lexer_by_name("python"), get_formatter_by_name("html", style="monokai"))
assert '<span class="k">def</span>' in out
for name in "rust", "json", "sql", "html+jinja", "haskell", "brainfuck", "yaml":
    assert get_lexer_by_name(name).aliases
for formatter in "terminal", "terminal256", "latex", "svg", "rtf", "bbcode":
    assert highlight("x = 1", get_lexer_by_name("python"), get_formatter_by_name(formatter))
assert get_lexer_for_filename("a.rs").name == "Rust" and guess_lexer("#!/usr/bin/python\n").name == "Python"
assert len(list(get_all_lexers())) > 450 and len(list(get_all_styles())) > 40 and len(list(get_all_formatters())) > 10
for style in get_all_styles():
    assert get_style_by_name(style).background_color is not None
assert get_filter_by_name("whitespace")
print("ok")
