# /// script
# requires-python = ">=3.10"
# dependencies = ["ase"]
# ///
"""Builds crystals, computes with calculators and writes formats that are loaded by name."""

import tempfile

import numpy as np
from ase import Atoms
from ase.build import bulk, molecule
from ase.calculators.calculator import get_calculator_class
from ase.calculators.emt import EMT
from ase.db import connect
from ase.io import read, write
from ase.optimize import BFGS
from ase.spacegroup import crystal
from ase.visualize.plot import plot_atoms

copper = bulk("Cu", cubic=True)
copper.calc = EMT()
assert abs(copper.get_potential_energy()) < 0.1
pair = Atoms("N2", positions=[[0, 0, 0], [0, 0, 1.3]], calculator=EMT())
BFGS(pair, logfile=None).run(fmax=0.01)
assert abs(pair.get_distance(0, 1) - 0.998) < 0.05
water = molecule("H2O")
with tempfile.TemporaryDirectory() as folder:
    for name in ("a.xyz", "a.cif", "a.vasp", "a.json", "a.traj", "a.pdb", "a.gen", "a.in", "a.html", "a.png"):
        atoms = copper if name not in ("a.pdb", "a.xyz") else water
        kind = {"a.in": "aims", "a.vasp": "vasp"}.get(name)
        write(f"{folder}/{name}", atoms, format=kind)
        if name not in ("a.html", "a.png"):
            again = read(f"{folder}/{name}", format=kind)
            assert len(again) == len(atoms) and np.allclose(again.positions, atoms.positions, atol=0.01), name
    with connect(f"{folder}/a.db") as database:
        database.write(water, kind="wet")
    assert connect(f"{folder}/a.db").get(kind="wet").formula == "H2O"
assert len(crystal("NaCl", [(0, 0, 0), (0.5, 0.5, 0.5)], spacegroup=225, cellpar=[5.64] * 3 + [90] * 3)) == 8
assert get_calculator_class("lj").name == "lj" or get_calculator_class("lj").__name__ == "LennardJones"
assert callable(plot_atoms)
print("ok")
