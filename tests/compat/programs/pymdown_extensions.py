# /// script
# requires-python = ">=3.10"
# dependencies = ["pymdown-extensions", "markdown", "pygments", "pyyaml"]
# [tool.freeze-compat]
# rules = ["pymdownx.toml"]
# ///
"""Renders Markdown with extensions that settings name, as the generator of a site does."""

import markdown
import pymdownx
import yaml

SETTINGS = """
markdown_extensions:
  - pymdownx.superfences
  - pymdownx.tasklist
  - pymdownx.keys
  - pymdownx.tilde
  - pymdownx.blocks.admonition
"""
TEXT = """
- [x] done
- [ ] open

Press ++ctrl+c++ or ~~not~~.

```python
print("hello")
```

/// note | Title
Inside.
///
"""

names = yaml.safe_load(SETTINGS)["markdown_extensions"]
html = markdown.markdown(TEXT, extensions=names)
assert 'type="checkbox"' in html and "checked" in html, html
assert "key-control" in html and "<del>not</del>" in html, html
assert 'class="highlight"' in html and "admonition" in html, html
assert pymdownx.__version__
print("ok")
