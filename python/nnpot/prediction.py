"""What a model says about one structure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Uncertainty:
    """How far a prediction can be trusted: docs/uncertainty.md says what to make of it.

    A spread is the sample standard deviation over the M members of a committee,
    sqrt[Σ_m |x_m − mean|² / (M − 1)].
    """

    grades: NDArray[np.float64]
    """Shape (n_atoms,): how far the atom's symmetry functions are outside of the training data, the worst of
    them, in widths of its range; 0 inside. Of a committee, the range that the data of all members cover."""
    force_spreads: NDArray[np.float64] | None
    """Of the force vectors, shape (n_atoms,), eV/Å; None without a committee."""
    energy_spreads: NDArray[np.float64] | None
    """Of the atoms' energies, shape (n_atoms,), eV; None without a committee."""
    energy_spread: float | None
    """Of the total energy, eV; None without a committee."""


@dataclass(frozen=True)
class Prediction:
    """What a potential says about one structure."""

    energy: float
    """Total energy, eV."""
    forces: NDArray[np.float64]
    """Forces, shape (n_atoms, 3), eV/Å: the exact negative gradient of ``energy``."""
    stress: NDArray[np.float64] | None
    """(1/V) dE/dε, shape (6,), order xx yy zz yz xz xy, eV/Å³; None unless the cell is a whole one,
    three vectors that span a volume V, in whatever directions it is periodic."""
    virial: NDArray[np.float64]
    """−dE/dε, shape (3, 3), eV."""
    atomic_energies: NDArray[np.float64]
    """The atoms' shares of ``energy``, shape (n_atoms,), eV."""
    atomic_virials: NDArray[np.float64]
    """The atoms' shares of ``virial``, shape (n_atoms, 3, 3), eV, symmetric: each pair's half and half."""
    uncertainty: Uncertainty | None = None
    """Where it was asked for."""
