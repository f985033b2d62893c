"""Writes the index of Pythons that `freeze` can fetch: pythons.py download-metadata.json > builder/src/environment/target/pythons.txt

The input is uv's list of the releases of python-build-standalone, with their hashes. It is in uv's source distribution. For
each minor version and target, the newest release is kept. The output has the format of sha256sum, like the file SHA256SUMS of
each release.
"""

import json
import re
import sys
from urllib.parse import unquote

NAME = re.compile(
    r"cpython-3\.(?P<minor>\d+)\.(?P<micro>\d+)\+(?P<tag>\d{8})-(?P<triple>(?:x86_64|aarch64)-[a-z]+-[a-z]+(?:-gnu|-musl|-msvc)?)"
    r"(?:-shared)?(?P<flags>-freethreaded)?-install_only_stripped\.tar\.gz"
)
TRIPLES = {
    f"{processor}-{system}"
    for processor in ("x86_64", "aarch64")
    for system in ("unknown-linux-gnu", "unknown-linux-musl", "pc-windows-msvc", "apple-darwin")
}
OLDEST, NEWEST = 9, 15


def main() -> None:
    with open(sys.argv[1]) as file:
        listed = json.load(file)
    newest = {}
    for entry in listed.values():
        name = unquote(entry["url"].rsplit("/", 1)[-1])
        found = NAME.fullmatch(name)
        if not found or found["triple"] not in TRIPLES or not entry.get("sha256"):
            continue
        minor, rank = int(found["minor"]), (int(found["micro"]), found["tag"])
        key = (minor, found["triple"], found["flags"] or "")
        if OLDEST <= minor <= NEWEST and rank > newest.get(key, ((-1, ""),))[0]:
            newest[key] = (rank, entry["sha256"], name)
    for _, (_, sha256, name) in sorted(newest.items()):
        print(f"{sha256}  {name}")


if __name__ == "__main__":
    main()
