"""How far ``precision="mixed"`` deviates from double, and how far it may (docs/engine.md)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from nnpot import Potential

FLOOR, SHARE = 1e-4, 2e-4
"""eV per atom or eV/Å, and of the size of what is summed up."""
CHANGE = 1e-6
"""Å by which atoms are displaced, and by how much lengths are stretched."""
TIMES = 3.0
"""How many times what such a change does mixed may deviate more."""


@dataclass(frozen=True)
class Deviations:
    """Of energy per atom (eV), forces (eV/Å, the largest component) and virial per atom (eV)."""

    found: NDArray[np.float64]
    bounds: NDArray[np.float64]
    """What they may be where the networks are inside of their data or near them."""
    change: NDArray[np.float64]
    """What a change of `CHANGE` does."""
    grade: float
    """The largest of the atoms: how far outside of its range a symmetry function is, of the range's width."""
    force: float
    """The largest component."""

    @property
    def of_the_bounds(self) -> NDArray[np.float64]:
        """At most 1 where the grade is at most 1."""
        return np.asarray(self.found / self.bounds)

    @property
    def of_what_holds_everywhere(self) -> NDArray[np.float64]:
        """At most 1."""
        return np.asarray(self.found / (self.bounds + TIMES * self.change))


def deviations(double: Potential, mixed: Potential, atoms: Atoms) -> Deviations:
    """Those of one structure.

    The largest component W of an atom's virial says how large the contributions are that cancel in a force.
    """
    exact = double.predict(atoms, uncertainty=True)
    assert exact.uncertainty is not None
    n_atoms, virial = len(atoms), float(np.abs(exact.atomic_virials).max())
    force = float(np.abs(exact.forces).max())
    bounds = [
        FLOOR + 1e-6 * abs(exact.energy) / n_atoms,
        FLOOR + SHARE * (force + virial),
        FLOOR + SHARE * virial,
    ]
    reference, found = values(double, atoms), values(mixed, atoms)
    changes = [distances(values(double, one), reference) for one in changed(atoms)]
    return Deviations(
        distances(found, reference),
        np.array(bounds),
        np.max(changes, axis=0),
        float(exact.uncertainty.grades.max()),
        force,
    )


Values = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]


def values(potential: Potential, atoms: Atoms) -> Values:
    """Energy per atom, forces, virial per atom."""
    found = potential.predict(atoms)
    return np.array(found.energy / len(atoms)), found.forces, found.virial / len(atoms)


def distances(one: Values, other: Values) -> NDArray[np.float64]:
    """The largest of each of the three."""
    return np.array([np.abs(a - b).max() for a, b in zip(one, other, strict=True)])


def changed(atoms: Atoms) -> list[Atoms]:
    """Three times the atoms a little displaced, all lengths a little longer or shorter."""
    random, found = np.random.default_rng(0), []
    for sign in (1.0, -1.0, 1.0):
        one = atoms.copy()
        one.set_cell((1.0 + sign * CHANGE) * one.cell.array, scale_atoms=False)
        one.positions *= 1.0 + sign * CHANGE
        one.positions += CHANGE * random.normal(size=one.positions.shape)
        found.append(one)
    return found
