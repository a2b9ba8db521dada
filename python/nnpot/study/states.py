"""A state of matter in LAMMPS: how it is prepared and followed, and what is seen of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ase import Atoms

from nnpot.analysis.closest_pairs import Elements
from nnpot.analysis.radial_distribution import RadialDistribution, partial_radial_distributions
from nnpot.analysis.statistical_error import BLOCKS, UNKNOWN, Estimate, mean_of_series
from nnpot.lammps.system import LammpsSystem
from nnpot.reference.sampling import GRAM_PER_CM3

INTERVAL = 0.1
"""ps between frames."""
MEMORY = 0.5
"""ps: a volume under this barostat and thermostat knows nothing of itself so much later."""
R_MAX, BIN = 8.0, 0.02
"""Å, of g(r)."""


@dataclass(frozen=True)
class Schedule:
    """What happens to the atoms before and in a run; times in ps, temperatures in K.

    Without ``melt`` they begin with twice the temperature, half of which becomes potential energy; with it
    they are melted there for the time ``melting`` and cooled within ``cooling``.
    """

    temperature: float
    duration: float
    melt: float | None = None
    melting: float = 0.0
    cooling: float = 0.0
    equilibration: float = 2.0
    free_volume: float = 0.0
    """After the run, at zero pressure: the density is the mean over its second half."""

    @property
    def total(self) -> float:
        """The simulated time, ps."""
        return self.duration + self.melting + self.cooling + self.equilibration + self.free_volume


def prepare(system: LammpsSystem, schedule: Schedule, seed: int) -> None:
    """Melt, cool and equilibrate as a schedule says."""
    if schedule.melt is None:
        system.set_temperature(2.0 * schedule.temperature, seed)
    else:
        system.set_temperature(schedule.melt, seed)
        system.thermostat(schedule.melt, seed + 1)
        system.run(schedule.melting)
        if schedule.cooling > 0.0:
            system.thermostat(schedule.temperature, seed + 2, start=schedule.melt)
            system.run(schedule.cooling)
    system.thermostat(schedule.temperature, seed + 3)
    system.run(schedule.equilibration)


def trajectory(system: LammpsSystem, duration: float) -> list[Atoms]:
    """Frames of a run of a duration (ps) that are `INTERVAL` apart."""
    frames: list[Atoms] = []
    for _ in range(max(1, round(duration / INTERVAL))):
        system.run(INTERVAL, unchanged=bool(frames))
        frames.append(system.snapshot())
    return frames


def distributions(frames: Sequence[Atoms]) -> dict[Elements, RadialDistribution]:
    """g(r) of each pair of elements, to `R_MAX` or as far as the cell allows."""
    half_width = 0.5 * min(1.0 / np.linalg.norm(np.linalg.inv(frames[0].cell.array), axis=0))
    return partial_radial_distributions(frames, BIN * int(min(R_MAX, half_width) / BIN), BIN)


def free_density(system: LammpsSystem, temperature: float, duration: float, seed: int) -> Estimate:
    """Mean density at zero pressure over the second half of a run, g/cm³."""
    if duration <= 0.0:
        return Estimate(UNKNOWN, UNKNOWN)
    system.thermostat(temperature, seed + 4, pressure=0.0)
    densities = []
    for _ in range(max(2, round(duration / INTERVAL))):
        system.run(INTERVAL)
        densities.append(density_of(system.snapshot()))
    kept = densities[len(densities) // 2 :]
    return mean_of_series(kept, max(2, min(BLOCKS, round(len(kept) * INTERVAL / MEMORY))))


def density_of(atoms: Atoms) -> float:
    """The density of a frame, g/cm³."""
    return float(atoms.get_masses().sum() / atoms.get_volume() / GRAM_PER_CM3)
