"""First weights of a network."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def glorot(random: np.random.Generator, sizes: Sequence[int]) -> list[Array]:
    """Uniform weights of variance 2 / (n_in + n_out), and biases of zero (Glorot and Bengio 2010).

    Parameters
    ----------
    random
        Where the numbers come from.
    sizes
        Nodes of each layer, the inputs first.

    Returns
    -------
    list of ndarray
        Weights (n_in, n_out) and biases (n_out,) of each layer in turn.
    """
    values: list[Array] = []
    for n_in, n_out in zip(sizes, sizes[1:], strict=False):
        limit = np.sqrt(6.0 / (n_in + n_out))
        values += [random.uniform(-limit, limit, (n_in, n_out)), np.zeros(n_out)]
    return values


def nguyen_widrow(random: np.random.Generator, sizes: Sequence[int]) -> list[Array]:
    """Hidden nodes whose active regions cover inputs of order one evenly (Nguyen and Widrow 1990).

    The weights of a hidden node have the length 0.7 n_out^(1/n_in), its bias is uniform up to that length;
    the output layer is as of `glorot`, whose parameters and result these are.
    """
    values: list[Array] = []
    for n_in, n_out in zip(sizes[:-2], sizes[1:-1], strict=True):
        length = 0.7 * n_out ** (1.0 / n_in)
        weights = random.uniform(-1.0, 1.0, (n_in, n_out))
        values += [length * weights / np.linalg.norm(weights, axis=0), random.uniform(-length, length, n_out)]
    return values + glorot(random, sizes[-2:])


INITIALIZERS = {"glorot": glorot, "nguyen_widrow": nguyen_widrow}
"""By their names in the configuration."""
