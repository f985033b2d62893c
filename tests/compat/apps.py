#!/usr/bin/env python3
"""Freezes real applications from their console entry points and uses them with Python hidden.

    python3 tests/compat/apps.py --python 3.12 --freeze target/release/freeze [NAMES…]

What is done with each application is a function of applications.py, commands.py or desktop.py. It gets a virtual
environment of its own, is used unfrozen first, then frozen without options (`freeze --entry-point NAME`) in each mode,
moved to another folder, and used where every Python of the machine, the environment, the sources and this repository
are covered, in a network namespace with nothing but the loopback. All that is as in run.py, whose functions do the work.
"""

import argparse
import pathlib
import shutil
import sys

import run

# Each of the three enters its applications into APPLICATIONS.
import applications  # noqa: F401
import commands  # noqa: F401
import desktop  # noqa: F401
from using import APPLICATIONS, Use

HERE = pathlib.Path(__file__).resolve()


class Applications(run.Corpus):
    def paths(self):
        return [HERE.parent / name for name in APPLICATIONS]

    def source(self, application):
        """Where the application's own sources lie while it is frozen, if it has any."""
        return self.work / "src" / application.name

    def build(self, name, mode, venv, script):
        """Freezes an application; returns the seconds, the product and the warnings."""
        application = APPLICATIONS[name]
        folder = self.work / "build" / name / mode
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        what = ["--entry-point", application.entry]
        if application.files:
            what = [self.source(application) / application.entry]
        command = [self.freeze, f"--{mode}", *what, "--python", venv, "-y", "--distpath", folder / "dist"]
        environment = self.environment(FREEZE_CACHE_DIR=str(self.cache(name)))
        took, code, out, err = run.execute(command, self.arguments.build_timeout, env=environment, cwd=folder)
        if code:
            raise run.Failure(f"the build ended with {code}\n{run.tail(out, err)}")
        return took, folder / "dist" / pathlib.Path(application.entry).stem, run.warnings(err)

    def start(self, command, folder, hidden, has_screen=False, **more):
        """Uses an application: a process of this script does, which sees Python, and starts what does not."""
        name = folder.name.removesuffix("-unfrozen")
        covered = [part for path in hidden for part in ("--hide", path)]
        pictures = self.work / "pictures"
        pictures.mkdir(exist_ok=True)
        use = [sys.executable, HERE, "--use", name, "--picture", pictures / f"{name}.rgb", *covered, "--", *command]
        return super().start(use, folder, [], has_screen, **more)

    def program(self, path):
        """Uses an application unfrozen and in each mode."""
        application = APPLICATIONS[path.name]
        name = application.name
        result = dict(self.results["programs"].get(name, {})) if self.arguments.resume else {}
        modes = [m for m in self.arguments.modes if not result.get(m, {}).get("pass")]
        if not modes or "skip" in result:
            return
        try:
            venv = self.venv(name, application.packages)
        except run.Failure as failure:
            return self.record(name, {"skip": f"cannot be installed: {failure}"})
        command = [venv / "bin" / application.entry]
        if application.files:
            source = self.source(application)
            shutil.rmtree(source, ignore_errors=True)
            shutil.copytree(HERE.parent / application.files, source)
            command = [venv / "bin/python", source / application.entry]
        if "unfrozen" not in result:
            folder = self.work / "run" / f"{name}-unfrozen"
            try:
                result["unfrozen"], _ = self.start(command, folder, [], PATH=f"{venv / 'bin'}:/usr/bin:/bin")
            except run.Failure as failure:
                return self.record(name, {"skip": f"fails unfrozen: {failure}"})
            finally:
                shutil.rmtree(folder, ignore_errors=True)
        for mode in modes:
            result[mode] = self.attempt(name, mode, venv, None, run.Header())
            self.record(name, result, mode)
        if self.arguments.discard:
            shutil.rmtree(venv)
            shutil.rmtree(self.cache(name), ignore_errors=True)


def use(words):
    """Does with an application what its function says, in the network namespace that it was started in."""
    at = words.index("--")
    parser = argparse.ArgumentParser()
    parser.add_argument("--use")
    parser.add_argument("--picture", type=pathlib.Path)
    parser.add_argument("--hide", action="append", default=[])
    arguments, command = parser.parse_args(words[:at]), words[at + 1 :]
    with Use(command, ["unshare", "-m", "sh", "-c", run.ENTER, "sh"], arguments.hide, arguments.picture) as used:
        APPLICATIONS[arguments.use].function(used)
    print("ok")


if __name__ == "__main__":
    sys.exit(use(sys.argv[1:]) if "--use" in sys.argv else run.perform(Applications, run.options(__doc__)))
