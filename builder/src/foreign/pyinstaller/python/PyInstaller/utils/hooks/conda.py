"""Distributions of conda."""

import json
import os
import sys

from PyInstaller import compat

CONDA_ROOT = sys.base_prefix
CONDA_META_DIR = os.path.join(CONDA_ROOT, "conda-meta")
PYTHONPATH_PREFIXES = ["lib/python%d.%d/site-packages" % sys.version_info[:2], "Lib/site-packages"]


class Distribution:
    """An installed distribution of conda."""

    def __init__(self, json_path):
        with open(json_path) as file:
            self.json = json.load(file)
        self.name, self.version = self.json["name"], self.json["version"]
        self.files = self.json.get("files", [])
        self.raw_dependencies = self.json.get("depends", [])
        self.dependencies = [text.split()[0] for text in self.raw_dependencies]


def distribution(name):
    for entry in sorted(os.listdir(CONDA_META_DIR)) if os.path.isdir(CONDA_META_DIR) else []:
        if entry.endswith(".json") and entry.rsplit("-", 2)[0] == name:
            return Distribution(os.path.join(CONDA_META_DIR, entry))
    raise ModuleNotFoundError("no distribution %r of conda" % name)


package_distribution = distribution


def files(name, dependencies=False, excludes=None):
    return [os.path.join(CONDA_ROOT, file) for file in distribution(name).files]


def requires(name, strip_versions=False):
    found = distribution(name)
    return found.dependencies if strip_versions else found.raw_dependencies


def collect_dynamic_libs(name, dest=".", dependencies=True, excludes=None):
    if not compat.is_conda:
        return []
    ends = (".dll", ".dylib", ".so")
    return [(path, dest) for path in files(name) if path.endswith(ends) or ".so." in os.path.basename(path)]
