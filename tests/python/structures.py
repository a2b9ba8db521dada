"""Structures of silicon and oxygen that between them hold every case of cell and periodicity."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from ase import Atoms
from ase.build import bulk
from ase.calculators.emt import EMT
from ase.calculators.singlepoint import SinglePointCalculator
from ase.geometry import get_distances
from numpy.typing import NDArray

NAMES = ("crystal", "liquid", "triclinic", "left_handed", "slab", "cluster", "small_cell")
RIGHT_HANDED = tuple(name for name in NAMES if name != "left_handed")
"""Those that a LAMMPS data file can hold."""


def structure(name: str) -> Atoms:
    """One of `NAMES`; every call gives a new, equal structure."""
    if name == "crystal":
        atoms = bulk("SiO", "zincblende", a=4.8, cubic=True) * (2, 2, 2)
        atoms.rattle(0.12, seed=1)
        return atoms
    if name == "liquid":
        return _random(24, np.diag([7.2, 7.0, 7.4]), (True, True, True), seed=2)
    if name == "triclinic":
        cell = np.array([[6.4, 0.0, 0.0], [2.5, 6.0, 0.0], [-1.9, 2.2, 5.8]])
        return _random(16, cell, (True, True, True), seed=3)
    if name == "left_handed":
        cell = np.array([[2.5, 6.0, 0.0], [6.4, 0.0, 0.0], [-1.9, 2.2, 5.8]])
        return _random(16, cell, (True, True, True), seed=6)
    if name == "slab":
        cell = np.array([[6.0, 0.0, 0.0], [1.0, 6.2, 0.0], [0.0, 0.0, 7.0]])
        return _random(16, cell, (True, True, False), seed=4)
    if name == "cluster":
        cluster = _random(12, np.diag([5.5, 5.5, 5.5]), (False, False, False), seed=5)
        cluster.set_cell(np.zeros((3, 3)))
        return cluster
    if name == "small_cell":
        cell = np.array([[2.9, 0.1, 0.0], [0.3, 3.1, 0.0], [0.2, -0.4, 3.3]])
        positions = [[0.1, 0.2, 0.3], [1.5, 1.9, 1.4]]
        return Atoms("SiO", positions=positions, cell=cell, pbc=True)
    raise ValueError(name)


def _random(n_atoms: int, cell: NDArray[np.float64], pbc: Sequence[bool], seed: int) -> Atoms:
    """Random positions, no two atoms closer than 1.5 Å, also across the boundary."""
    random = np.random.default_rng(seed)
    positions = np.zeros((0, 3))
    while len(positions) < n_atoms:
        trial = random.uniform(size=(1, 3)) @ cell
        if len(positions) == 0 or get_distances(trial, positions, cell, pbc)[1].min() > 1.5:
            positions = np.vstack([positions, trial])
    return Atoms(["Si", "O"] * (n_atoms // 2), positions=positions, cell=cell, pbc=pbc)


def emt_labelled(atoms: Atoms, *labels: str) -> Atoms:
    """The same atoms with these results of ASE's EMT; energy and forces without a choice."""
    labels = labels or ("energy", "forces")
    calculator = EMT()
    calculator.calculate(atoms, list(labels))
    atoms.calc = SinglePointCalculator(atoms, **{label: calculator.results[label] for label in labels})
    return atoms
