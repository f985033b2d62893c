"""Writes the crates of `freeze` as a software bill of materials, in the format CycloneDX 1.5."""

import json
import re
import subprocess
import time
import tomllib
from pathlib import Path

from content import ROOT, epoch
from targets import Target


def write(folder: Path, target: Target, name: str) -> Path:
    command = ["cargo", "metadata", "--format-version", "1", "--locked", "--filter-platform", target.triple]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"error: `{' '.join(command)}` failed\n{done.stderr}")
    path = folder / f"{name}.cdx.json"
    path.write_text(json.dumps(document(json.loads(done.stdout)), indent=1) + "\n")
    return path


def document(metadata: dict) -> dict:
    packages = {package["id"]: package for package in metadata["packages"]}
    needs = {node["id"]: sorted(dependency["pkg"] for dependency in node["deps"] if is_shipped(dependency))
             for node in metadata["resolve"]["nodes"]}
    # The twin is the launcher as a library, which `freeze` embeds but does not link to.
    roots = sorted(id for id, package in packages.items() if package["name"] in ("freeze", "freeze-launcher-twin"))
    found, left = set(), list(roots)
    while left:
        id = left.pop()
        if id not in found:
            found.add(id)
            left += needs[id]
    names = {id: f"pkg:cargo/{packages[id]['name']}@{packages[id]['version']}" for id in found}
    sums = checksums()
    (freeze,) = (id for id in roots if packages[id]["name"] == "freeze")
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(epoch())),
            "component": component(packages[freeze], sums) | {"type": "application"},
        },
        "components": [component(packages[id], sums) for id in sorted(found - {freeze}, key=names.get)],
        "dependencies": [
            {"ref": names[id], "dependsOn": sorted({names[other] for other in needs[id]})}
            for id in sorted(found, key=names.get)
        ],
    }


def is_shipped(dependency: dict) -> bool:
    """Whether the dependency is not only for tests or for build scripts."""
    return any(kind["kind"] is None for kind in dependency["dep_kinds"])


def component(package: dict, sums: "dict[tuple[str, str], str]") -> dict:
    name, version = package["name"], package["version"]
    purl = f"pkg:cargo/{name}@{version}"
    entry = {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}
    if package.get("license"):
        entry["licenses"] = [{"expression": re.sub(r" ?/ ?", " OR ", package["license"])}]
    if (name, version) in sums:
        entry["hashes"] = [{"alg": "SHA-256", "content": sums[name, version]}]
    return entry


def checksums() -> "dict[tuple[str, str], str]":
    """The hashes in Cargo.lock, which cargo verifies."""
    lock = tomllib.loads((ROOT / "Cargo.lock").read_text())
    return {(entry["name"], entry["version"]): entry["checksum"] for entry in lock["package"] if "checksum" in entry}
