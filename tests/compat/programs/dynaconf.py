# /// script
# requires-python = ">=3.10"
# dependencies = ["dynaconf"]
# ///
"""Reads settings of several formats and from the environment."""

import os
import tempfile
from pathlib import Path

from dynaconf import Dynaconf, Validator

with tempfile.TemporaryDirectory() as folder:
    folder = Path(folder)
    (folder / "a.toml").write_text("[default]\nport = 1\n[default.db]\nname = 'x'\n")
    (folder / "b.yaml").write_text("default:\n  many: [1, 2]\n")
    (folder / "c.json").write_text('{"default": {"flag": true}}')
    (folder / "e.py").write_text("PYTHON = 5\n")
    os.environ["APP_DB__NAME"] = "y"
    os.environ["APP_EXTRA"] = "@int 7"
    files = [str(folder / n) for n in ("a.toml", "b.yaml", "c.json", "e.py")]
    settings = Dynaconf(
        envvar_prefix="APP", settings_files=files, environments=True, validators=[Validator("port", gte=1)]
    )
    wanted = {"PORT": 1, "DB": {"name": "y"}, "MANY": [1, 2], "FLAG": True, "PYTHON": 5, "EXTRA": 7}
    assert settings.as_dict() == wanted, settings.as_dict()
print("ok")
