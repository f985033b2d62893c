"""Writes a wheel from programs that are already built: wheel.py TRIPLE FOLDER OUT

FOLDER contains `freeze` and `freeze-app`, and OUT receives the wheel. maturin writes the metadata from pyproject.toml, as in
`pip install ./builder`. It cannot package programs that it has not built itself.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from targets import TARGETS, Target

BUILDER = Path(__file__).resolve().parent.parent


def main() -> None:
    triple, folder, out = sys.argv[1:]
    target = TARGETS.get(triple)
    if target is None:
        raise SystemExit(f"error: unknown target `{triple}`, expected one of {', '.join(TARGETS)}")
    write(target, Path(folder), Path(out))


def write(target: Target, programs: Path, out: Path) -> Path:
    """Writes the wheel to a folder, and returns its path."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        tree = Path(scratch)
        info = write_metadata(tree)
        platforms = sorted(target.wheel.split("."))
        tags = "".join(f"Tag: py3-none-{platform}\n" for platform in platforms)
        (info / "WHEEL").write_text(f"Wheel-Version: 1.0\nGenerator: freeze\nRoot-Is-Purelib: false\n{tags}")
        package = BUILDER / "python" / "freeze_app"
        shutil.copytree(package, tree / package.name, ignore=shutil.ignore_patterns("__pycache__"))
        scripts = tree / info.name.replace(".dist-info", ".data") / "scripts"
        scripts.mkdir(parents=True)
        for program in target.programs(programs):
            shutil.copy(program, scripts)
        set_modes(tree, scripts)
        # It writes RECORD, and uses SOURCE_DATE_EPOCH as the time of each entry.
        run([sys.executable, "-m", "wheel", "pack", "--dest-dir", out, tree])
    return out / f"{info.name.removesuffix('.dist-info')}-py3-none-{'.'.join(platforms)}.whl"


def metadata() -> bytes:
    """The core metadata of the distribution."""
    with tempfile.TemporaryDirectory() as scratch:
        return (write_metadata(Path(scratch)) / "METADATA").read_bytes()


def write_metadata(tree: Path) -> Path:
    """Writes the metadata below a folder, and returns its own folder."""
    command = [sys.executable, "-m", "maturin", "pep517", "write-dist-info", "--metadata-directory", tree, "--interpreter", sys.executable]
    run(command, cwd=BUILDER)
    (info,) = tree.glob("*.dist-info")
    return info


def set_modes(tree: Path, scripts: Path) -> None:
    """Sets modes that do not depend on the machine."""
    for file in tree.rglob("*"):
        if file.is_dir() or file.parent == scripts:
            file.chmod(0o755)
        else:
            file.chmod(0o644)


def run(command: list, cwd: "Path | None" = None) -> None:
    done = subprocess.run([os.fspath(word) for word in command], cwd=cwd, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"error: `{' '.join(map(os.fspath, command))}` failed\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    main()
