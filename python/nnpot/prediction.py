"""What a model says about one structure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnpot.support.described import Described

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Uncertainty:
    """How far a prediction can be trusted: docs/uncertainty.md says what to make of it.

    A spread is the sample standard deviation over the M members of a committee,
    sqrt[Σ_m |x_m − mean|² / (M − 1)].
    """

    grades: Array
    """Shape (n_atoms,): how far the atom's symmetry functions are outside of the training data, the worst of
    them, in widths of its range; 0 inside. Of a committee, the range that the data of all members cover."""
    force_spreads: Array | None
    """Spreads of the force vectors, shape (n_atoms,), eV/Å; None without a committee."""
    energy_spreads: Array | None
    """Spreads of the atoms' energies, shape (n_atoms,), eV; None without a committee."""
    energy_spread: float | None
    """The spread of the total energy, eV; None without a committee."""


@dataclass(frozen=True, repr=False)
class Prediction(Described):
    """What a model says about one structure; None is what its kind of model does not say."""

    energy: float | None = None
    """Total energy, eV."""
    forces: Array | None = None
    """Forces, shape (n_atoms, 3), eV/Å; where there is an ``energy``, its exact negative gradient."""
    stress: Array | None = None
    """(1/V) dE/dε, shape (6,), order xx yy zz yz xz xy, eV/Å³; None unless the cell is a whole one,
    three vectors that span a volume V, in whatever directions it is periodic."""
    virial: Array | None = None
    """−dE/dε, shape (3, 3), eV."""
    atomic_energies: Array | None = None
    """The atoms' shares of ``energy``, shape (n_atoms,), eV."""
    atomic_virials: Array | None = None
    """The atoms' shares of ``virial``, shape (n_atoms, 3, 3), eV, symmetric: each pair's half and half."""
    uncertainty: Uncertainty | None = None
    """What was asked for with ``uncertainty=True``."""

    def facts(self) -> dict[str, str]:
        """The energy, the largest force, and what is known of the pressure and of the uncertainty."""
        found = {"energy": "none", "largest force": "none"}
        if self.energy is not None:
            found["energy"] = f"{self.energy:.6f} eV"
        if self.forces is not None:
            found["largest force"] = f"{np.linalg.norm(self.forces, axis=1).max(initial=0.0):.6f} eV/Å"
        if self.stress is not None:
            found["pressure"] = f"{-self.stress[:3].mean():.6f} eV/Å³"
        if self.uncertainty is not None:
            found["largest grade"] = f"{self.uncertainty.grades.max(initial=0.0):.3g}"
            if self.uncertainty.energy_spread is not None:
                found["energy spread"] = f"{self.uncertainty.energy_spread:.6f} eV"
        return found


class EnergyPrediction(Prediction):
    """A prediction whose energy is there."""

    energy: float
    atomic_energies: Array


class PotentialPrediction(EnergyPrediction):
    """A prediction of a potential: all is there, the stress where the cell is a whole one."""

    forces: Array
    virial: Array
    atomic_virials: Array
