"""Part 1: a network of one distance; its error and that of its gradient, in Python and in C++."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import potential
from fit import Data, Fit, fit, rms
from numpy.typing import NDArray

from nnpot import NeuralNetwork

Array = NDArray[np.float64]

ENERGY_FROM, GRADIENT_FROM = 1.0, 1.05
"""Where the errors are asked for."""
N_TRAIN, N_TEST = 1000, 300


@dataclass(frozen=True)
class Curves:
    """Errors over the interval: energy in ε, gradient in ε/σ; in Python (TensorFlow) and in C++."""

    r: Array
    energy_python: Array
    gradient_python: Array
    energy_cpp: Array
    gradient_cpp: Array

    @property
    def largest_energy_error(self) -> float:
        """For r ≥ `ENERGY_FROM`."""
        return float(np.abs(self.energy_cpp[self.r >= ENERGY_FROM]).max())

    @property
    def largest_gradient_error(self) -> float:
        """For r ≥ `GRADIENT_FROM`."""
        return float(np.abs(self.gradient_cpp[self.r >= GRADIENT_FROM]).max())

    @property
    def rms_energy_error(self) -> float:
        """Over the whole interval."""
        return rms(self.energy_cpp)

    @property
    def difference(self) -> float:
        """Between Python and C++, relative to the largest energy and the largest slope of the potential."""
        energy = np.abs(self.energy_python - self.energy_cpp).max() / np.abs(potential.energy(self.r)).max()
        slope = np.abs(self.gradient_python - self.gradient_cpp).max() / np.abs(potential.slope(self.r)).max()
        return float(max(energy, slope))


@dataclass(frozen=True)
class Row:
    """One network of the comparison."""

    activation: str
    hidden: Sequence[int]
    fit: Fit
    curves: Curves


def sample(n: int, seed: int) -> Data:
    """Random distances and their energies."""
    r = np.random.default_rng(seed).uniform(potential.NEAREST, potential.CUTOFF, (n, 1))
    return Data(r, potential.energy(r))


def train(activation: str, letter: str, hidden: Sequence[int], n_iterations: int) -> Row:
    """Train one network and look at its errors."""
    name = f"one distance, {activation}, {'–'.join(map(str, hidden))}"
    found = fit(name, hidden, letter, sample(N_TRAIN, 1), sample(N_TEST, 2), n_iterations)
    return Row(activation, hidden, found, errors(found.network))


def errors(network: NeuralNetwork, n_points: int = 1601) -> Curves:
    """Compare with the potential on an even grid."""
    r = np.linspace(potential.NEAREST, potential.CUTOFF, n_points)
    energy, slope = potential.energy(r), potential.slope(r)
    said, jacobian = network.jacobian(r[:, None])
    python_energy, python_slope = in_tensorflow(network, r)
    return Curves(
        r,
        python_energy - energy,
        python_slope - slope,
        said[:, 0] - energy,
        jacobian[:, 0, 0] - slope,
    )


def in_tensorflow(network: NeuralNetwork, r: Array) -> tuple[Array, Array]:
    """Energies and slopes of the same network as Keras layers, by `tf.GradientTape`."""
    from nnpot.training.networks.dense import to_keras
    from nnpot.training.tensorflow_setup import tf

    inputs = tf.constant(r[:, None])
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        energies = to_keras(network.layers)(inputs)
    return energies.numpy()[:, 0], tape.gradient(energies, inputs).numpy()[:, 0]
