"""The platforms of a release: their names in each kind of package, and the files of a build."""

from pathlib import Path
from typing import NamedTuple, Optional


class Target(NamedTuple):
    triple: str
    # Tags of the wheel; installers compare them with those of the machine.
    wheel: str
    # Processor in the names of Debian and of rpm, if there are packages for the target.
    debian: Optional[str] = None
    rpm: Optional[str] = None

    @property
    def windows(self) -> bool:
        return "-windows-" in self.triple

    @property
    def suffix(self) -> str:
        return ".exe" if self.windows else ""

    def programs(self, folder: Path) -> "list[Path]":
        """The programs in a folder that `launchers.sh --builder` wrote."""
        programs = [folder / (name + self.suffix) for name in ("freeze", "freeze-app")]
        for program in programs:
            if not program.is_file():
                raise SystemExit(f"error: `{program}` is missing: `bootloader/launchers.sh --builder {self.triple}` builds it")
        return programs


TARGETS = {
    target.triple: target
    for target in (
        Target("x86_64-unknown-linux-gnu", "manylinux_2_17_x86_64.manylinux2014_x86_64", "amd64", "x86_64"),
        Target("aarch64-unknown-linux-gnu", "manylinux_2_17_aarch64.manylinux2014_aarch64", "arm64", "aarch64"),
        Target("x86_64-unknown-linux-musl", "musllinux_1_2_x86_64"),
        Target("aarch64-unknown-linux-musl", "musllinux_1_2_aarch64"),
        Target("x86_64-pc-windows-gnu", "win_amd64"),
        Target("aarch64-pc-windows-gnullvm", "win_arm64"),
        Target("x86_64-apple-darwin", "macosx_10_13_x86_64"),
        Target("aarch64-apple-darwin", "macosx_11_0_arm64"),
    )
}
