"""What networks for the lattice model learn from: descriptors, energies and gradients of a database."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnpot.lattice.database import Database
from nnpot.lattice.eigenvalues import Eigenvalues
from nnpot.lattice.functions import LatticeFunctions
from nnpot.lattice.model import Array, LatticeModel
from nnpot.training.lattice_networks import LatticeNetwork, LatticeSamples

Descriptor = Eigenvalues | LatticeFunctions


@dataclass(frozen=True)
class Split:
    """Configurations to learn from, and those held out."""

    train: NDArray[np.int64]
    validation: NDArray[np.int64]

    @classmethod
    def random(cls, n: int, share: float, seed: int) -> Split:
        """Hold a share of n configurations out."""
        order = np.random.default_rng(seed).permutation(n)
        held_out = max(round(share * n), 1)
        return cls(np.sort(order[held_out:]), np.sort(order[:held_out]))


def describe(
    descriptor: Descriptor, positions: Array, widths: Array, derivatives: bool = False
) -> tuple[Array, Array | None]:
    """Inputs (n, centers, features), and if asked for their derivatives, with a last axis of coordinates."""
    if isinstance(descriptor, LatticeFunctions):
        found = descriptor.values(positions, widths, derivatives)
        jacobian = found.by_position
        return found.values, None if jacobian is None else jacobian.reshape(*jacobian.shape[:3], -1)
    if not derivatives:
        return descriptor.values(positions, widths)[:, None, :], None
    both = descriptor.gradient(positions, widths)
    return both.values[:, None, :], both.by_position.reshape(*both.values.shape, -1)[:, None]


def lattice_samples(
    descriptor: Descriptor, database: Database, model: LatticeModel, derivatives: bool = False
) -> LatticeSamples:
    """Inputs and energies of a database, with ``derivatives`` also the gradients."""
    inputs, jacobian = describe(descriptor, database.positions, database.widths, derivatives)
    if not derivatives:
        energies = database.energies
        if energies is None:
            energies = model.energies(database.positions, database.widths, database.depths)
        return LatticeSamples(inputs, energies)
    energies, gradients, _ = model.gradients(database.positions, database.widths, database.depths)
    return LatticeSamples(inputs, energies, jacobian, gradients.reshape(len(gradients), -1))


def predict(
    network: LatticeNetwork, descriptor: Descriptor, positions: Array, widths: Array
) -> tuple[Array, Array]:
    """Energies per particle (n,) and their derivatives by the positions (n, particles, dimensions)."""
    inputs, jacobian = describe(descriptor, positions, widths, derivatives=True)
    assert jacobian is not None
    energies, gradients = network.gradients(inputs, jacobian)
    return energies, gradients.reshape(positions.shape)
