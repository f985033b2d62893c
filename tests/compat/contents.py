#!/usr/bin/env python3
"""Compares what two builders put into the programs of the compatibility corpus, and why.

    python3 tests/compat/contents.py --before OLD/freeze --freeze target/release/freeze --python 3.12 [NAMES…]

Each program is built by both, and the reports are compared: modules, data, native libraries, links and the reason of each.
Sizes, times and messages are not. Ends with 1 if any program differs.
"""

import concurrent.futures
import json
import pathlib
import shutil
import sys

import run

#: What a report says about one build only.
IGNORED = {"size", "stored", "duration", "phases", "version", "freeze", "seconds", "time", "total", "bytes", "warnings"}


def plain(value):
    """A report without what differs between two builds of the same contents."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items() if key not in IGNORED}
    return [plain(inner) for inner in value] if isinstance(value, list) else value


def lines(value, at=""):
    """The leaves of a report, each with the way to it."""
    if isinstance(value, dict):
        for key, inner in sorted(value.items()):
            yield from lines(inner, f"{at}.{key}")
    elif isinstance(value, list):
        for inner in value:
            name = inner.get("name") or inner.get("path") or inner.get("dest") if isinstance(inner, dict) else None
            yield from lines(inner, f"{at}[{name or ''}]")
    else:
        yield f"{at} = {value}"


class Comparison(run.Corpus):
    def report(self, builder, name, venv, script):
        """The report of a build, without times."""
        folder = self.work / "build" / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        report = folder / "report.json"
        command = [builder, "--onefile", script, "--name", name, "--python", venv, "-y", "--distpath", folder / "dist"]
        environment = self.environment(FREEZE_CACHE_DIR=str(self.work / "cache" / name))
        _, code, out, err = run.execute(
            [*command, "--report", report], self.arguments.build_timeout, env=environment, cwd=script.parent
        )
        if code:
            raise run.Failure(f"the build ended with {code}\n{run.tail(out, err)}")
        return plain(json.loads(report.read_text()))

    def compare(self, path):
        """The lines that differ for a program; None if it cannot be built."""
        name = path.stem
        try:
            wanted = run.Header(path.read_text())
            if wanted.is_large and name not in self.arguments.names:
                return None
            venv = self.venv(name, wanted.packages, wanted.debian)
            source = self.work / "src" / name
            source.mkdir(parents=True, exist_ok=True)
            script = pathlib.Path(shutil.copy(path, source / f"{name}_app.py"))
            before, after = (self.report(b, name, venv, script) for b in (self.arguments.before, self.freeze))
        except run.Failure as failure:
            run.say(f"{name}: skip: {failure}")
            return None
        finally:
            shutil.rmtree(self.work / "build" / name, ignore_errors=True)
            shutil.rmtree(self.work / "cache" / name, ignore_errors=True)
            if self.arguments.discard:
                shutil.rmtree(self.work / "venvs" / name, ignore_errors=True)
        old, new = set(lines(before)), set(lines(after))
        found = [*(f"- {line}" for line in sorted(old - new)), *(f"+ {line}" for line in sorted(new - old))]
        run.say(f"{name}: {'differs' if found else 'same'}, {len(new)} lines")
        for line in found[:40]:
            run.say("    " + line)
        return found


def main():
    parser = run.options(__doc__)
    parser.add_argument("--before", type=pathlib.Path, required=True, help="the freeze to compare with")
    arguments = parser.parse_args()
    arguments.before = arguments.before.resolve()
    comparison = Comparison(arguments)
    paths = [p for p in comparison.paths() if not arguments.names or p.stem in arguments.names]
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        found = [f for f in pool.map(comparison.compare, paths) if f is not None]
    differing = sum(bool(f) for f in found)
    print(f"{len(found)} programs compared, {differing} differ")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
