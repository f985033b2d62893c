"""Fills the manifests of package managers with the version, the addresses and the hashes of a release."""

import hashlib
import re
from pathlib import Path

TEMPLATES = Path(__file__).resolve().parent / "templates"


def write(folder: Path, version: str, archives: "dict[str, Path]", url: str, homepage: str) -> "list[str]":
    """Writes each manifest whose archives exist. Returns the names of the others, with the reason."""
    skipped = []
    for template in sorted(TEMPLATES.iterdir()):
        text = template.read_text()
        wanted = sorted(set(re.findall(r"@(?:FILE|NAME|SHA256):([\w-]+)@", text)))
        missing = [triple for triple in wanted if triple not in archives]
        if missing:
            skipped.append(f"{template.name}: no archive for {', '.join(missing)}")
            continue
        values = {"VERSION": version, "URL": url, "HOMEPAGE": homepage}
        for triple in wanted:
            path = archives[triple]
            values |= {f"FILE:{triple}": path.name, f"NAME:{triple}": path.name.removesuffix(".zip").removesuffix(".tar.gz"),
                       f"SHA256:{triple}": hashlib.sha256(path.read_bytes()).hexdigest()}
        filled = re.sub(r"@([A-Z0-9]+(?::[\w-]+)?)@", lambda found: values[found[1]], text)
        (folder / template.name).write_text(filled)
    return skipped
