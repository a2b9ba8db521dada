"""The shifted Lennard-Jones potential in its own units: ε = σ = 1."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

CUTOFF = 2.5
NEAREST = 0.9
"""Distances of the training data lie between these two."""
MINIMUM = 2.0 ** (1.0 / 6.0)


def _plain(r: Array | float) -> Array:
    return np.asarray(4.0 * (np.power(r, -12.0) - np.power(r, -6.0)))


def energy(r: Array) -> Array:
    """V(r) − V(cutoff), 0 beyond it."""
    return np.where(r < CUTOFF, _plain(r) - _plain(CUTOFF), 0.0)


def slope(r: Array) -> Array:
    """dV/dr, 0 beyond the cutoff, where it jumps."""
    return np.where(r <= CUTOFF, 4.0 * (-12.0 * r**-13.0 + 6.0 * r**-7.0), 0.0)
