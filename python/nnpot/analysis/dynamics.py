"""How well the total energy is kept in a run at constant energy, and what a step costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import process_time

import numpy as np
from ase import Atoms

from nnpot.analysis.statistical_error import BLOCKS, UNKNOWN, Estimate, block_means, error_of_mean, median_of
from nnpot.lammps.runtime import PairCommands, open_lammps
from nnpot.lammps.system import LammpsSystem
from nnpot.support.arrays import Array
from nnpot.support.progress import progress


@dataclass(frozen=True)
class EnergyConservation:
    """A run at constant energy.

    ``time`` (ps) and ``energy`` (total energy relative to its start, meV/atom) have shape (n_samples,).
    """

    time: Array
    energy: Array
    temperature: float  # mean, K
    cost: float  # microseconds of processor time per atom and step
    costs: Array | None = None
    """The same for consecutive parts of the run, shape (n_parts,); ``cost`` is their median."""

    @property
    def drift(self) -> float:
        """Change of the total energy over the whole run by a straight line fit, meV/atom."""
        slope = np.polyfit(self.time, self.energy, 1)[0]
        return float(slope * (self.time[-1] - self.time[0]))

    @property
    def drift_rate(self) -> float:
        """Slope of that line, meV/atom/ps."""
        return self.drift / float(self.time[-1] - self.time[0])

    @property
    def fluctuation(self) -> float:
        """Root mean square deviation from that line, meV/atom."""
        return float(np.sqrt(np.mean(self._from_line**2)))

    @property
    def drift_estimate(self) -> Estimate:
        """`drift` and its standard error, from how far blocks of the run pull the line their way.

        The slope is a weighted sum of the energies; what each block adds to it beyond the line is independent
        of the others', and the error is the root of the sum of their squares.
        """
        centred = self.time - self.time.mean()
        pull = centred / np.sum(centred**2) * self._from_line * (self.time[-1] - self.time[0])
        blocks = np.array_split(pull, min(BLOCKS, len(pull)))
        error = float(np.sqrt(sum(float(block.sum()) ** 2 for block in blocks)))
        return Estimate(self.drift, error if len(pull) > BLOCKS else UNKNOWN)

    @property
    def fluctuation_estimate(self) -> Estimate:
        """`fluctuation` and its standard error, from the mean squares of blocks of the run."""
        value = self.fluctuation
        if value == 0.0:
            return Estimate(0.0)
        error = float(error_of_mean(block_means(self._from_line**2)))
        return Estimate(value, error / (2.0 * value))

    @property
    def cost_estimate(self) -> Estimate:
        """`cost` and its standard error, from the scatter of the parts."""
        return Estimate(self.cost, UNKNOWN) if self.costs is None else median_of(self.costs)

    @property
    def _from_line(self) -> Array:
        return np.asarray(self.energy - np.polyval(np.polyfit(self.time, self.energy, 1), self.time))


def constant_energy_run(
    atoms: Atoms,
    elements: Sequence[str],
    pair: PairCommands,
    temperature: float = 300.0,
    duration: float = 50.0,
    timestep: float = 1.0,
    equilibration: float = 2.0,
    interval: float = 0.02,
    seed: int = 1,
) -> EnergyConservation:
    """Equilibrate at a temperature (K), then run at constant energy and watch the total energy.

    The run starts from ``atoms``; elements and pair are the potential, as for
    `nnpot.lammps.system.LammpsSystem`. Duration, equilibration and interval, after which the energy is
    recorded each time, are in ps, the timestep in fs; the seed is for velocities and thermostat.
    """
    n_samples = max(2, round(duration / interval))
    records = []
    with open_lammps(plugin=pair.needs_plugin) as lammps:
        system = LammpsSystem(lammps, atoms, elements, pair, timestep)
        system.set_temperature(2.0 * temperature, seed)
        system.thermostat(temperature, seed + 1)
        system.run(equilibration)
        system.free_motion()
        system.scale_temperature(temperature)
        system.compute()
        spent = []
        with progress(f"constant energy, {pair.style}", n_samples) as bar:
            for _ in range(n_samples):
                start = process_time()
                system.run(interval, unchanged=True)
                spent.append(process_time() - start)
                records.append((system.thermo("step"), system.thermo("etotal"), system.thermo("temp")))
                bar.advance()
    step, energy, kelvin = np.array(records).T
    steps_between = max(1, round(interval * 1000.0 / timestep))
    costs = 1e6 * block_means(spent) / steps_between / len(atoms)
    return EnergyConservation(
        time=(step - step[0]) * timestep / 1000.0,
        energy=1000.0 * (energy - energy[0]) / len(atoms),
        temperature=float(kelvin.mean()),
        cost=float(np.median(costs)),
        costs=costs,
    )
