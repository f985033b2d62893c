"""Writes packages for Debian and for systems with rpm, by nfpm."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from content import File, epoch
from targets import Target

DESCRIPTION = """Turns a Python program into a standalone executable
freeze bundles a Python program with its interpreter and libraries into a
single file or a folder. Users of the program do not need Python. It reads
specs of PyInstaller and setup scripts of cx_Freeze, py2exe and py2app."""


def write(folder: Path, target: Target, version: str, files: "list[File]") -> "list[Path]":
    """Writes the packages that exist for a target."""
    kinds = [("deb", target.debian), ("rpm", target.rpm)]
    return [package(folder, kind, arch, version, files) for kind, arch in kinds if arch]


def package(folder: Path, kind: str, arch: str, version: str, files: "list[File]") -> Path:
    joined = {"deb": f"freeze-app_{version}-1_{arch}.deb", "rpm": f"freeze-app-{version}-1.{arch}.rpm"}
    path = folder / joined[kind]
    with tempfile.TemporaryDirectory() as scratch:
        configuration = Path(scratch) / "nfpm.json"
        configuration.write_text(json.dumps(settings(Path(scratch), kind, arch, version, files)))
        nfpm = Path(sys.executable).with_name("nfpm")
        command = [nfpm, "package", "--config", configuration, "--packager", kind, "--target", path]
        done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"TZ": "UTC"})
        if done.returncode != 0:
            raise SystemExit(f"error: nfpm failed to write `{path}`\n{done.stdout}{done.stderr}")
    return path


def settings(scratch: Path, kind: str, arch: str, version: str, files: "list[File]") -> dict:
    """The configuration of nfpm, whose contents are written to a folder."""
    when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(epoch()))
    contents = []
    for number, file in enumerate(files):
        entry = {"dst": f"/usr/{file.path}", "file_info": {"mtime": when}}
        if file.link:
            entry |= {"src": file.link, "type": "symlink"}
        else:
            source = scratch / str(number)
            source.write_bytes(file.content)
            entry["src"] = str(source)
            entry["file_info"]["mode"] = 0o755 if file.executable else 0o644
        contents.append(entry)
    glibc = {"deb": "libc6 (>= 2.17)", "rpm": "glibc >= 2.17"}
    # The interpreter is not a dependency: any one will do, also of a virtual environment or of uv.
    return {
        "name": "freeze-app",
        "arch": arch,
        "platform": "linux",
        "version": version,
        "release": "1",
        "section": "devel",
        "priority": "optional",
        "maintainer": "The freeze developers <freeze@localhost>",
        "description": DESCRIPTION,
        "license": "MIT OR Apache-2.0",
        "mtime": when,
        "depends": [glibc[kind]],
        "recommends": ["python3"],
        "conflicts": ["freeze"],
        "contents": contents,
        "rpm": {"group": "Development/Tools", "summary": DESCRIPTION.splitlines()[0], "buildhost": "localhost"},
    }
