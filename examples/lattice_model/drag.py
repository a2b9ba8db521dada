"""The drag test: one particle is moved through its cell, and energy and gradient are followed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from networks import Trained
from study import descriptor_named

from nnpot.lattice.database import Database
from nnpot.lattice.figures import Drag
from nnpot.lattice.model import Array, LatticeModel
from nnpot.lattice.statistics import known_energies
from nnpot.training import predict_lattice

CANDIDATES = 400
COARSE = 40


@dataclass(frozen=True)
class Path:
    """Configurations along the way of one particle."""

    positions: Array
    widths: Array
    places: Array
    particle: int
    axis: int

    @classmethod
    def through(cls, positions: Array, width: float, particle: int, axis: int, n: int) -> "Path":
        """From one side of the cell to the other."""
        places = np.linspace(0.0, width, n, endpoint=False)
        moved = np.repeat(positions[None], n, axis=0)
        moved[:, particle, axis] = places
        return cls(moved, np.full(n, width), places, particle, axis)


def eventful_path(database: Database, width: float, n: int) -> "Path":
    """The way, of some that were tried, with the largest range of energies below the database's highest.

    A particle that runs into another tests nothing: no such energies are in the database. If all do, the way
    with the lowest top.
    """
    model = LatticeModel()
    own = np.flatnonzero(database.widths == width)
    highest = float(known_energies(database)[own].max())
    best, score = (own[0], 0), -np.inf
    for index in own[:CANDIDATES]:
        for axis in range(database.positions.shape[2]):
            path = Path.through(database.positions[index], width, 0, axis, COARSE)
            energies = model.energies(path.positions, path.widths)
            above = float(energies.max()) - highest
            found = float(np.ptp(energies)) if above <= 0.0 else -above
            if found > score:
                best, score = (index, axis), found
    index, axis = best
    return Path.through(database.positions[index], width, 0, axis, n)


def follow(path: Path, networks: Sequence[Trained]) -> Drag:
    """The truth and what the networks say, along a path."""
    model = LatticeModel()
    energies, gradients, _ = model.gradients(path.positions, path.widths)
    found = Drag(path.places, {"truth": energies}, {"truth": gradients[:, path.particle, path.axis]})
    for one in networks:
        descriptor = descriptor_named(one.experiment.descriptor)
        said, slopes = predict_lattice(one.network, descriptor, path.positions, path.widths)
        found.energies[one.experiment.name] = said
        found.gradients[one.experiment.name] = slopes[:, path.particle, path.axis]
    return found


def energy_error(drag: Drag, name: str) -> float:
    """Mean absolute, E_c."""
    return float(np.abs(drag.energies[name] - drag.energies["truth"]).mean())


def gradient_error(drag: Drag, name: str) -> float:
    """Mean absolute, as a share of the mean absolute gradient."""
    truth = drag.gradients["truth"]
    return float(np.abs(drag.gradients[name] - truth).mean() / np.abs(truth).mean())
