from importlib import metadata

from packaging.requirements import Requirement

TABLE = {"tqdm": "tqdm>=4.27", "filelock": "filelock>=3"}


def check(names):
    found = []
    for name in names:
        requirement = Requirement(TABLE[name])
        version = metadata.version(requirement.name)
        found.append((name, requirement.specifier.contains(version)))
    return found
