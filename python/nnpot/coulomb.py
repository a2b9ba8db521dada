"""Coulomb energies of point charges in periodic cells: Ewald sums by the C++ core."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ase import Atoms
from numpy.typing import ArrayLike, NDArray

from nnpot import _core
from nnpot.errors import InvalidInputError
from nnpot.structures import structure_of

Array = NDArray[np.float64]

ACCURACY = 1e-12
"""The size of the factors at the end of reciprocal space."""

SURROUNDINGS = {"conductor": (0.0, 0.0, 0.0), "vacuum": (1 / 3, 1 / 3, 1 / 3), "slab": (0.0, 0.0, 1.0)}


@dataclass(frozen=True)
class CoulombEnergy:
    """What `ewald` found."""

    energy: float
    """eV"""
    forces: Array
    """(n, 3) eV/Å"""
    stress: Array
    """(6,) eV/Å³, xx yy zz yz xz xy; compression is negative, as in ASE."""
    energies: Array
    """(n,) shares of the atoms, eV"""


@dataclass(frozen=True)
class CoulombForms:
    """Energy, forces and strain derivatives of n atoms as forms M of the charges q: qᵀ M q, eV/e²."""

    energy: Array
    """(K, K)"""
    forces: Array
    """(n, 3, K, K), per Å"""
    strain_derivatives: Array
    """(6, K, K): dE/dε, order xx yy zz yz xz xy"""


def ewald(
    atoms: Atoms, charges: ArrayLike, alpha: float | None = None, surroundings: str = "conductor"
) -> CoulombEnergy:
    """Energy, forces and stress of point charges in a cell that is periodic in three directions.

    Parameters
    ----------
    atoms
        Positions and cell.
    charges
        Of each atom, e, shape (n,). If they do not sum up to 0, a uniform background neutralises the cell.
    alpha
        How the sum is split, 1/Å; the result does not depend on it, but for rounding. None: chosen for speed.
    surroundings
        What is around the crystal: a conductor, vacuum around a sphere of cells, or vacuum above and below
        a slab normal to z (Yeh and Berkowitz 1999). The last two use the positions as they are.

    Raises
    ------
    InvalidInputError
        If the cell is not periodic in three directions, or a parameter makes no sense.
    """
    if surroundings not in SURROUNDINGS:
        raise InvalidInputError(f"surroundings: expected {', '.join(SURROUNDINGS)}, got {surroundings!r}")
    weights = np.asarray(charges, float)
    if weights.shape != (len(atoms),):
        raise InvalidInputError(f"charges: expected shape ({len(atoms)},), got {weights.shape}")
    if alpha is None:
        alpha = float(np.sqrt(np.pi) * (len(atoms) / atoms.cell.volume**2) ** (1 / 6))
    reach = np.sqrt(-np.log(ACCURACY)) / alpha
    factors = SURROUNDINGS[surroundings]
    sums = _sums(atoms, [0] * len(atoms), weights, alpha, reach, factors)
    potentials, fields, virials = (values[0] for values in sums)
    xx, yy, zz, xy, xz, yz = -virials.sum(axis=1) / atoms.cell.volume
    return CoulombEnergy(potentials.sum(), fields.T, np.array([xx, yy, zz, yz, xz, xy]), potentials)


def coulomb_forms(atoms: Atoms, elements: Sequence[str], alpha: float, real_cutoff: float) -> CoulombForms:
    """The Coulomb energy as a function of the charges of the elements.

    Parameters
    ----------
    atoms
        Positions and cell, periodic in three directions.
    elements
        K of them, whose charges are asked for; all that the atoms have.
    alpha
        1/Å
    real_cutoff
        Å, where the part in real space ends; 0 leaves that part out.
    """
    kinds = [elements.index(symbol) for symbol in atoms.symbols]
    n_kinds = len(elements)
    sums = _sums(atoms, kinds, np.ones(len(atoms)), alpha, real_cutoff, SURROUNDINGS["conductor"])
    potentials, fields, virials = (_of_all_kinds(values, n_kinds) for values in sums)
    energy, strain = np.zeros((n_kinds, n_kinds)), np.zeros((6, n_kinds, n_kinds))
    forces = np.zeros((len(atoms), 3, n_kinds, n_kinds))
    np.add.at(energy, kinds, potentials.T)
    for kind in range(n_kinds):
        own = np.asarray(kinds) == kind
        strain[:, kind] = -virials[:, :, own].sum(axis=2).T
        forces[own, :, kind, :] = fields[:, :, own].transpose(2, 1, 0)
    order = [0, 1, 2, 5, 4, 3]
    return CoulombForms(_symmetric(energy), _symmetric(forces), _symmetric(strain[order]))


def _sums(
    atoms: Atoms,
    kinds: Sequence[int],
    weights: Array,
    alpha: float,
    real_cutoff: float,
    factors: Sequence[float],
) -> tuple[Array, Array, Array]:
    return _core.coulomb_sums(structure_of(atoms), kinds, weights, alpha, real_cutoff, ACCURACY, factors)


def _of_all_kinds(values: Array, n_kinds: int) -> Array:
    """Zeros for the last kinds, where no atom is of them."""
    missing = n_kinds - len(values)
    return np.concatenate([values, np.zeros((missing, *values.shape[1:]))]) if missing else values


def _symmetric(forms: Array) -> Array:
    return 0.5 * (forms + np.swapaxes(forms, -1, -2))
