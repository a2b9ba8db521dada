"""The radial distribution function g(r)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from ase import Atoms
from ase.geometry import minkowski_reduce
from numpy.typing import NDArray

from nnpot.errors import InvalidInputError
from nnpot.lammps_runtime import PairCommands, open_lammps
from nnpot.lammps_system import LammpsSystem
from nnpot.progress import progress


@dataclass(frozen=True)
class RadialDistribution:
    """g at the middle of each bin; ``r`` in Å, both of shape (n_bins,)."""

    r: NDArray[np.float64]
    g: NDArray[np.float64]

    def mean_difference(self, other: RadialDistribution) -> float:
        """Mean of |g - g'| over the distances at which there are atoms, in one of the two at least."""
        occupied = (self.g > 0.0) | (other.g > 0.0)
        return float(np.mean(np.abs(self.g - other.g)[occupied]))


def radial_distribution(frames: Iterable[Atoms], r_max: float, bin_width: float = 0.05) -> RadialDistribution:
    """Mean g(r) of periodic frames, over all pairs of atoms whatever their elements.

    g(r) = V / N² · <number of ordered pairs in the shell> / volume of the shell.

    Parameters
    ----------
    frames
        Periodic in all directions.
    r_max
        Largest distance in Å, at most half of the shortest height of the cell.
    bin_width
        In Å.

    Raises
    ------
    InvalidInputError
        If a frame is not periodic or too small for ``r_max``, or there is none.
    """
    n_bins = round(r_max / bin_width)
    edges = np.linspace(0.0, r_max, n_bins + 1)
    shells = 4.0 / 3.0 * np.pi * np.diff(edges**3)
    total, n_frames = np.zeros(n_bins), 0
    for frame in frames:
        distances = _distances(frame, r_max)
        counts = np.histogram(distances, bins=edges)[0]
        total += 2.0 * counts * frame.get_volume() / len(frame) ** 2
        n_frames += 1
    if n_frames == 0:
        raise InvalidInputError("a radial distribution needs at least one frame")
    return RadialDistribution(0.5 * (edges[1:] + edges[:-1]), total / (n_frames * shells))


def _distances(frame: Atoms, r_max: float) -> NDArray[np.float64]:
    """Distances of all pairs i < j that are shorter than ``r_max``."""
    if not frame.pbc.all():
        raise InvalidInputError(
            "a radial distribution needs frames that are periodic in all three directions"
        )
    cell = minkowski_reduce(frame.cell)[0]
    heights = 1.0 / np.linalg.norm(np.linalg.inv(cell), axis=0)
    if r_max > 0.5 * heights.min() + 1e-9:
        raise InvalidInputError(
            f"r_max must be at most half of the cell's shortest height ({0.5 * heights.min():.3f} Å), "
            f"got {r_max}"
        )
    first, second = np.triu_indices(len(frame), 1)
    scaled = frame.positions @ np.linalg.inv(cell)
    difference = scaled[second] - scaled[first]
    difference -= np.round(difference)
    distances = np.linalg.norm(difference @ cell, axis=1)
    return np.asarray(distances[distances < r_max])


@dataclass(frozen=True)
class Simulation:
    """How g(r) is simulated: temperature in K, times in ps, ``r_max`` in Å.

    With ``melt`` (K) the start is heated to that temperature first.
    """

    temperature: float
    duration: float
    melt: float | None = None
    equilibration: float = 3.0
    interval: float = 0.05
    r_max: float = 8.0
    seed: int = 1


def simulate_radial_distribution(
    atoms: Atoms, elements: Sequence[str], pair: PairCommands, simulation: Simulation
) -> RadialDistribution:
    """g(r) from molecular dynamics at constant temperature in the cell of ``atoms``.

    Parameters
    ----------
    atoms
        Where the simulation starts; the density stays.
    elements, pair
        The potential, as for `nnpot.lammps_system.LammpsSystem`.
    simulation
        How long and how hot.
    """
    n_frames = max(1, round(simulation.duration / simulation.interval))
    with open_lammps(plugin=pair.needs_plugin) as lammps:
        system = LammpsSystem(lammps, atoms, elements, pair)
        if simulation.melt is not None:
            system.set_temperature(2.0 * simulation.melt, simulation.seed)
            system.thermostat(simulation.melt, simulation.seed)
            system.run(simulation.equilibration)
        else:
            system.set_temperature(2.0 * simulation.temperature, simulation.seed)
        system.thermostat(simulation.temperature, simulation.seed + 1)
        system.run(simulation.equilibration)
        frames = []
        with progress(f"g(r), {pair.style}, {simulation.temperature:.0f} K", n_frames) as bar:
            for _ in range(n_frames):
                system.run(simulation.interval)
                frames.append(system.snapshot())
                bar.advance()
    return radial_distribution(frames, simulation.r_max)
