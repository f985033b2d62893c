"""Writes the packages of a release from programs that are already built: pack.py --out DIR --host PROGRAM [--url URL] TRIPLE=FOLDER…

Each folder contains `freeze` and `freeze-app` for its target. `--host` is a `freeze` that runs on this machine.
"""

import argparse
import hashlib
import re
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path

import archive
import content
import manifests
import packages
import sbom
import sdist
import wheel
from targets import TARGETS

# Bytes that a wheel may have.
MOST = 20_000_000


def main() -> None:
    arguments = parsed()
    version = re.search(r'^version = "([^"]+)"', (content.ROOT / "Cargo.toml").read_text(), re.MULTILINE)[1]
    out = arguments.out.resolve()
    out.parent.mkdir(parents=True, exist_ok=True)
    # The folder of an earlier release stays until the new one is complete.
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".release-") as scratch:
        folder = Path(scratch) / "dist"
        folder.mkdir()
        write_all(folder, version, arguments)
        shutil.rmtree(out, ignore_errors=True)
        folder.rename(out)


def write_all(folder: Path, version: str, arguments: argparse.Namespace) -> None:
    archives = {}
    for triple, programs in arguments.targets:
        target = TARGETS[triple]
        name = f"freeze-{version}-{triple}"
        files = content.files(target, programs, arguments.host)
        archives[triple] = archive.write(folder, name, files, target.windows)
        packages.write(folder, target, version, files)
        size = wheel.write(target, programs, folder).stat().st_size
        if size > MOST:
            raise SystemExit(f"error: the wheel for {triple} has {size} bytes, expected at most {MOST}")
        sbom.write(folder, target, name)
    sdist.write(folder, version, wheel.metadata())
    if arguments.url:
        for skipped in manifests.write(folder, version, archives, arguments.url, arguments.homepage or arguments.url):
            print(f"release: skipped {skipped}")
    else:
        print("release: skipped the manifests of package managers: `--url` must name the folder of the files")
    files = sorted(folder.iterdir())
    sums = "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files)
    (folder / "SHA256SUMS").write_text(sums)
    for path in files:
        path.chmod(0o644)
        print(f"release: {path.stat().st_size:>10} {path.name}")
    if arguments.sign:
        sign(arguments.sign, folder / "SHA256SUMS")


def sign(command: str, sums: Path) -> None:
    """Runs the command for signatures, which must write a file next to the sums."""
    before = set(sums.parent.iterdir())
    code = subprocess.run([*shlex.split(command), sums]).returncode
    written = sorted(path.name for path in set(sums.parent.iterdir()) - before)
    if code != 0 or not written:
        raise SystemExit(f"error: `{command} {sums}` ended with {code} and wrote no signature next to the sums")
    print(f"release: signed by {', '.join(written)}")


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--host", type=Path, required=True)
    parser.add_argument("--url", help="address of the folder that will contain the files")
    parser.add_argument("--homepage", help="address of the project, if it differs")
    parser.add_argument("--sign", metavar="COMMAND", help="command that signs SHA256SUMS, which is its last argument")
    parser.add_argument("targets", nargs="+", metavar="TRIPLE=FOLDER", type=target)
    return parser.parse_args()


def target(text: str) -> "tuple[str, Path]":
    triple, _, folder = text.partition("=")
    if triple not in TARGETS or not folder:
        raise argparse.ArgumentTypeError(f"`{text}` is not TRIPLE=FOLDER with one of {', '.join(TARGETS)}")
    return triple, Path(folder)


if __name__ == "__main__":
    main()
