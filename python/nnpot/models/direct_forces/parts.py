"""What a direct force model consists of beside its features."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnpot import _core
from nnpot.errors import InvalidInputError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Measured:
    """What is lost because the forces are no gradient, and need not turn with the atoms.

    Raises
    ------
    InvalidInputError
        If a figure is not finite.
    """

    drift: float
    """meV/atom/ps: how fast the total energy changes in dynamics (docs/direct_forces.md)."""
    temperature: float
    """K, at which these dynamics began."""
    duration: float
    """ps, of the shortest of these runs; one that gains too much energy is ended early."""
    loop_work: float
    """eV: root mean square work around closed loops."""
    rotation_error: float
    """meV/Å: root mean square difference of the forces' components after a rotation."""
    reference: str
    """The energy that drifts, in words: kinetic energy plus that of this model."""

    def __post_init__(self) -> None:
        for name in ("drift", "temperature", "duration", "loop_work", "rotation_error"):
            value = getattr(self, name)
            if not np.isfinite(value):
                raise InvalidInputError(f"measured {name}: expected a finite number, got {value:g}")


@dataclass(frozen=True)
class ElementNetwork:
    """The network of one element, and the scaling on both of its sides."""

    network: _core.NeuralNetwork
    """From (value - mean) / sigma of its inputs to components or coefficients."""
    mean: Array
    sigma: Array
    """(F,), of the inputs over the training atoms."""
    vector_factors: Array
    """(V,): the vectors are multiplied by these before their coefficients; empty without vectors."""
