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
    with tempfile.TemporaryDirectory() as scratch:
        content = Path(scratch)
        info = metadata(content)
        tags = "".join(f"Tag: py3-none-{tag}\n" for tag in target.wheel.split("."))
        (info / "WHEEL").write_text(f"Wheel-Version: 1.0\nGenerator: freeze\nRoot-Is-Purelib: false\n{tags}")
        package = BUILDER / "python" / "freeze_app"
        shutil.copytree(package, content / package.name, ignore=shutil.ignore_patterns("__pycache__"))
        scripts = content / info.name.replace(".dist-info", ".data") / "scripts"
        scripts.mkdir(parents=True)
        for program in target.programs(Path(folder)):
            shutil.copy(program, scripts)
        set_modes(content, scripts)
        Path(out).mkdir(parents=True, exist_ok=True)
        # It writes RECORD, and uses SOURCE_DATE_EPOCH as the time of each entry.
        run([sys.executable, "-m", "wheel", "pack", "--dest-dir", out, scratch])


def metadata(content: Path) -> Path:
    """Writes the metadata below a folder, and returns its own folder."""
    run([sys.executable, "-m", "maturin", "pep517", "write-dist-info", "--metadata-directory", content, "--interpreter", sys.executable],
        cwd=BUILDER)
    (info,) = content.glob("*.dist-info")
    return info


def set_modes(content: Path, scripts: Path) -> None:
    """Sets modes that do not depend on the machine."""
    for file in content.rglob("*"):
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
