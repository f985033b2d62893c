"""`MERGE`: onefile programs in one folder share the file of the first of them."""

import os

import _freeze_wire
from PyInstaller.building import api
from PyInstaller.building.build_main import Analysis
from PyInstaller.building.datastruct import TOC
from PyInstaller.config import CONF, located

groups = []


class Group:
    """Analyses that share their files, and the programs built from them."""

    def __init__(self, analyses):
        self.analyses = analyses
        self.made = []
        """A program, its key, and the identity of its file after the build."""


def merge(arguments):
    """Moves files that an earlier analysis has to the dependencies of the later ones."""
    owners, analyses = {}, []
    for argument in arguments:
        if not isinstance(argument, (tuple, list)) or len(argument) != 3:
            _freeze_wire.wire.refuse("`MERGE` expects tuples (analysis, name, path), got %r" % (argument,))
        analysis, _, path = argument
        analyses.append(analysis)
        for toc in analysis.binaries, analysis.datas:
            kept = []
            for entry in toc:
                owner, place = owners.setdefault(os.path.normpath(entry[1]), (analysis, os.fspath(path)))
                if owner is analysis:
                    kept.append(entry)
                else:
                    start = os.path.dirname(os.fspath(path)) or "."
                    shared = os.path.relpath(place, start).replace("\\", "/")
                    analysis.dependencies.append((shared + ":" + entry[0], entry[1], "DEPENDENCY"))
            toc[:] = kept
    groups.append(Group(analyses))


def publish(program):
    """Builds a onefile program together with those that share its files."""
    scripts = program.entries.scripts
    of = [Analysis.of(entry) for entry in scripts]
    group = next((group for group in groups if any(analysis in group.analyses for analysis in of)), None)
    if group is None:
        api.publish("onefile", program.base_name, [program], program.entries, program.place)
        return
    # What all programs of a file have in common.
    hooks = [entry[1] for entry, analysis in zip(scripts, of)
             if analysis is None or located(CONF["specpath"], entry[1]) not in analysis.inputs]
    key = (os.path.dirname(program.name), hooks, program.entries.options,
           [program.settings.get(name) for name in ("debug", "strip", "runtime_tmpdir")])
    same = [made for made, its_key, state in group.made
            if its_key == key and made.name != program.name and _state(made.name) == state]

    def order(one):
        return min(group.analyses.index(a) for a in map(Analysis.of, one.entries.scripts) if a in group.analyses)

    programs = sorted([*same, program], key=order)
    entries = api._Entries([])
    for one in programs:
        entries.merge(one.entries)
    entries.files = list(TOC(entries.files))
    api.publish("onefile", programs[0].base_name, programs, entries, program.place, is_merged=len(programs) > 1)
    group.made = [made for made in group.made if made[0] not in programs]
    group.made += [(one, key, _state(one.name)) for one in programs]


def _state(path):
    """The identity of a product; `None` during a conversion, which builds none."""
    try:
        status = os.lstat(path)
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns, status.st_ino
