# /// script
# requires-python = ">=3.10"
# dependencies = ["mkdocs", "pymdown-extensions"]
# ///
"""Builds a site with themes, plugins and extensions that are found by name."""

import tempfile
from pathlib import Path

from mkdocs.commands.build import build
from mkdocs.config import load_config

PAGE = """# Title

=== "One"
    ```python
    print(1)
    ```

- [x] done

| a | b |
|---|---|
| 1 | 2 |

!!! note
    Look, H~2~O
"""
with tempfile.TemporaryDirectory() as folder:
    folder = Path(folder)
    (folder / "docs").mkdir()
    (folder / "docs/index.md").write_text(PAGE)
    (folder / "mkdocs.yml").write_text("site_name: Site\n")
    for theme in ("mkdocs", "readthedocs"):
        config = load_config(
            config_file=str(folder / "mkdocs.yml"),
            site_name="Site",
            docs_dir=str(folder / "docs"),
            site_dir=str(folder / theme),
            theme=theme,
            plugins=["search"],
            markdown_extensions=[
                "admonition",
                "tables",
                "pymdownx.tabbed",
                "pymdownx.tasklist",
                "pymdownx.superfences",
                "pymdownx.highlight",
                "pymdownx.tilde",
                "pymdownx.emoji",
            ],
        )
        build(config)
        text = (folder / theme / "index.html").read_text()
        assert "tabbed-set" in text and "<sub>2</sub>" in text and "task-list" in text and "admonition" in text
        assert 'class="highlight"' in text and (folder / theme / "search/search_index.json").exists()
        assert list((folder / theme).glob("css/*.css")) and (folder / theme / "sitemap.xml").exists()
print("ok")
