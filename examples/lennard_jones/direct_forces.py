"""Part 3: five neighbours, (x, y, z, r) each, in; force and energy of the atom out, and forces once more."""

from collections.abc import Sequence
from dataclasses import dataclass

import cluster
import numpy as np
import potential
from cluster import Motion
from fit import Data, Fit, fit, rms
from numpy.typing import NDArray

from nnpot import NeuralNetwork

Array = NDArray[np.float64]

N_NEIGHBORS = 5
TEMPERATURES = (0.02, 0.2)
"""Of the runs that training data comes from, ε/k."""
RUN_TEMPERATURE = 0.1


@dataclass(frozen=True)
class DirectForces:
    """Errors on test data, (n,) and (n, 3), and three runs at constant energy."""

    fit: Fit
    energy_error: Array
    direct_error: Array
    backpropagated_error: Array
    force_width: float
    """Root mean square of the components of the test forces, ε/σ."""
    motions: dict[str, Motion]


def features(positions: Array) -> Array:
    """(copies, 6, 3) to (copies × 6, 20): of each atom its neighbours' x, y, z and r in turn."""
    d, r = cluster.vectors(positions)
    return np.concatenate([d, r[..., None]], axis=-1).reshape(-1, 4 * N_NEIGHBORS)


def targets(positions: Array) -> Array:
    """(copies × 6, 4): the force on each atom and its energy, the sum over its neighbours."""
    forces = cluster.reference(positions)[1]
    energies = potential.energy(cluster.vectors(positions)[1]).sum(axis=2)
    return np.concatenate([forces, energies[..., None]], axis=-1).reshape(-1, 4)


def sample(n: int, seed: int) -> Data:
    """n atoms of clusters that move with the potential."""
    positions = cluster.sample(min(max(n // 50, 10), 200), 60, TEMPERATURES, seed)
    chosen = np.random.default_rng(seed).permutation(6 * len(positions))[:n]
    return Data(features(positions)[chosen], targets(positions)[chosen])


def gradients(inputs: Array, jacobian: Array) -> Array:
    """dE/d(neighbour's position) (n, 5, 3): along x, y, z themselves, and along r, which depends on them."""
    inputs = inputs.reshape(-1, N_NEIGHBORS, 4)
    slopes = jacobian[:, 3].reshape(inputs.shape)
    return np.asarray(slopes[..., :3] + slopes[..., 3:] * inputs[..., :3] / inputs[..., 3:])


def direct(network: NeuralNetwork) -> cluster.Field:
    """Energies of a network, and the forces that it puts out beside them."""

    def field(positions: Array) -> tuple[Array, Array]:
        said = network.evaluate(features(positions)).reshape(*positions.shape[:2], 4)
        return 0.5 * said[..., 3].sum(axis=1), said[..., :3]

    return field


def backpropagated(network: NeuralNetwork) -> cluster.Field:
    """Energies of a network, and their exact negative gradient: all atoms' energies count for each force."""

    def field(positions: Array) -> tuple[Array, Array]:
        inputs = features(positions)
        said, jacobian = network.jacobian(inputs)
        g = 0.5 * gradients(inputs, jacobian).reshape(*positions.shape[:2], N_NEIGHBORS, 3)
        forces = g.sum(axis=2)
        for atom, others in enumerate(cluster.OTHERS):
            forces[:, others] -= g[:, atom]
        return 0.5 * said[:, 3].reshape(positions.shape[:2]).sum(axis=1), forces

    return field


def train(n_samples: int, hidden: Sequence[int], n_iterations: int, n_steps: int) -> DirectForces:
    """Train, compare the forces on test data, and let six atoms move with each."""
    test = sample(max(n_samples // 4, 1000), 6)
    found = fit("five neighbours", hidden, "t", sample(n_samples, 5), test, n_iterations)
    said, jacobian = found.network.jacobian(test.inputs)
    forces, energies = test.targets[:, :3], test.targets[:, 3]
    fields = {
        "Lennard-Jones": cluster.reference,
        "network, forces backpropagated": backpropagated(found.network),
        "network, forces put out": direct(found.network),
    }
    return DirectForces(
        found,
        energy_error=said[:, 3] - energies,
        direct_error=said[:, :3] - forces,
        backpropagated_error=gradients(test.inputs, jacobian).sum(axis=1) - forces,
        force_width=rms(forces),
        motions={
            name: cluster.run(f"constant energy, {name}", field, RUN_TEMPERATURE, n_steps)
            for name, field in fields.items()
        },
    )
