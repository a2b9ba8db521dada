"""Part 2: the energy of an atom with twenty neighbours, from twenty distances."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import potential
from fit import Data, Fit, fit, rms

from nnpot import NeuralNetwork

N_NEIGHBORS = 20


@dataclass(frozen=True)
class ManyNeighbors:
    """A network that sees all distances at once, beside one that sees one distance and is summed."""

    fit: Fit
    rmse: float
    """Of the test energies, ε."""
    summed_rmse: float
    """Of the network of part 1, applied to each distance."""
    width: float
    """Standard deviation of the test energies, ε."""


def sample(n: int, seed: int) -> Data:
    """Random distances and the sums of their energies."""
    shape = (n, N_NEIGHBORS)
    r = np.random.default_rng(seed).uniform(potential.NEAREST, potential.CUTOFF, shape)
    return Data(r, potential.energy(r).sum(axis=1, keepdims=True))


def train(
    one_distance: NeuralNetwork, n_samples: int, hidden: Sequence[int], n_iterations: int
) -> ManyNeighbors:
    """Train, and compare on distances that training has not seen."""
    test = sample(max(n_samples // 4, 1000), 4)
    found = fit("twenty neighbours", hidden, "t", sample(n_samples, 3), test, n_iterations)
    summed = one_distance.evaluate(test.inputs.reshape(-1, 1)).reshape(test.inputs.shape).sum(axis=1)
    return ManyNeighbors(
        found,
        rmse=rms(found.network.evaluate(test.inputs) - test.targets),
        summed_rmse=rms(summed - test.targets[:, 0]),
        width=float(test.targets.std()),
    )
