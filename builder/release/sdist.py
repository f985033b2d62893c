"""Writes the source distribution: the tracked files of the commit, with the project file at the top."""

import re
import subprocess
from pathlib import Path

import archive
from content import ROOT, File

# What a build of the wheel needs.
PARTS = ("Cargo.toml", "Cargo.lock", "LICENSE-APACHE", "LICENSE-MIT", "bootloader", "builder", "tests/Cargo.toml", "tests/harness/lib.rs",
         "tests/main.rs", "clippy.toml", "rustfmt.toml")


def write(folder: Path, version: str, metadata: bytes) -> Path:
    """`metadata` is that of the wheel, which installers read before they build."""
    name = f"freeze_app-{version}"
    listed = subprocess.run(["git", "ls-files", "-z", *PARTS], cwd=ROOT, capture_output=True, check=True).stdout
    files = [File("PKG-INFO", metadata)]
    for path in filter(None, listed.decode().split("\0")):
        if path == "builder/pyproject.toml":
            files.append(File("pyproject.toml", project((ROOT / path).read_text()).encode()))
        elif not path.startswith("builder/release/"):
            source = ROOT / path
            files.append(File(path, source.read_bytes(), executable=source.stat().st_mode & 0o100 != 0))
    return archive.write(folder, name, sorted(files), windows=False)


def project(text: str) -> str:
    """The project file for a folder above that of the crate."""
    text, found = re.subn(r'^python-source = "python"$', 'python-source = "builder/python"\nmanifest-path = "builder/Cargo.toml"',
                          text, flags=re.MULTILINE)
    readme = text.replace('readme = "README.md"', 'readme = "builder/README.md"')
    if found != 1 or readme == text:
        raise SystemExit("error: `builder/pyproject.toml` no longer has the lines that `sdist.py` replaces")
    return readme
