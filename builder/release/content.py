"""The files that packages for a system install, below a prefix."""

import os
import re
import subprocess
from pathlib import Path
from typing import NamedTuple

from targets import Target

ROOT = Path(__file__).resolve().parents[2]
SHELLS = {
    "bash": "share/bash-completion/completions/freeze",
    "zsh": "share/zsh/site-functions/_freeze",
    "fish": "share/fish/vendor_completions.d/freeze.fish",
}


class File(NamedTuple):
    """A file of a package: its path below the prefix, and its content or the target of a link."""

    path: str
    content: bytes = b""
    executable: bool = False
    link: "str | None" = None


def files(target: Target, programs: Path, freeze: Path) -> "list[File]":
    """The files for a target. `freeze` is a program that runs on this machine: it writes the manual pages."""
    licences = [File(f"share/doc/freeze-app/{name}", (ROOT / name).read_bytes()) for name in ("LICENSE-MIT", "LICENSE-APACHE")]
    own, second = target.programs(programs)
    if target.windows:
        listed = [File(program.name, program.read_bytes(), executable=True) for program in (own, second)]
        listed += [File(Path(licence.path).name, licence.content) for licence in licences]
        listed.append(File("completions/freeze.ps1", output(freeze, "completions", "powershell")))
        return sorted(listed)
    listed = [File("bin/freeze", own.read_bytes(), executable=True), File("bin/freeze-app", link="freeze"), *licences]
    listed += [File(path, output(freeze, "completions", shell)) for shell, path in SHELLS.items()]
    return sorted(listed + manual(freeze))


def manual(freeze: Path) -> "list[File]":
    """The manual pages: one for `freeze`, and one for each command that it lists."""
    main = output(freeze, "man")
    names = sorted(set(re.findall(r"^freeze\\-([\w-]+)\(1\)$", main.decode(), re.MULTILINE)) - {"help"})
    if not names:
        raise SystemExit("error: the manual page of `freeze` lists no command")
    pages = {f"freeze-{name}": output(freeze, "man", name) for name in names}
    pages |= {"freeze": main, "freeze-app": b".so man1/freeze.1\n"}
    return [File(f"share/man/man1/{name}.1", page) for name, page in pages.items()]


def output(program: Path, *arguments: str) -> bytes:
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "COLUMNS": "100"}
    done = subprocess.run([program, *arguments], capture_output=True, env=environment)
    if done.returncode != 0 or not done.stdout:
        raise SystemExit(f"error: `{program} {' '.join(arguments)}` failed: {done.stderr.decode(errors='replace')}")
    return done.stdout


def epoch() -> int:
    """The time of all files of a release."""
    text = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not text.isdecimal():
        raise SystemExit(f"error: SOURCE_DATE_EPOCH is `{text}`, expected the seconds since 1970 of the commit")
    return int(text)
