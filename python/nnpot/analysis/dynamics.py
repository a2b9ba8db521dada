"""How well the total energy is kept in a run at constant energy, and what a step costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import process_time

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from nnpot.lammps_runtime import PairCommands, open_lammps
from nnpot.lammps_system import LammpsSystem
from nnpot.progress import progress


@dataclass(frozen=True)
class EnergyConservation:
    """A run at constant energy.

    ``time`` (ps) and ``energy`` (total energy relative to its start, meV/atom) have shape (n_samples,).
    """

    time: NDArray[np.float64]
    energy: NDArray[np.float64]
    temperature: float
    cost: float
    """Mean temperature in K, and microseconds of processor time per atom and step."""

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
        line = np.polyval(np.polyfit(self.time, self.energy, 1), self.time)
        return float(np.sqrt(np.mean((self.energy - line) ** 2)))


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
    """Equilibrate at a temperature, then run at constant energy and watch the total energy.

    Parameters
    ----------
    atoms
        Where the run starts.
    elements, pair
        The potential, as for `nnpot.lammps_system.LammpsSystem`.
    temperature
        In K.
    duration, equilibration, interval
        In ps; the energy is recorded every ``interval``.
    timestep
        In fs.
    seed
        For velocities and thermostat.
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
        spent = 0.0
        with progress(f"constant energy, {pair.style}", n_samples) as bar:
            for _ in range(n_samples):
                start = process_time()
                system.run(interval, unchanged=True)
                spent += process_time() - start
                records.append((system.thermo("step"), system.thermo("etotal"), system.thermo("temp")))
                bar.advance()
    step, energy, kelvin = np.array(records).T
    n_steps = n_samples * max(1, round(interval * 1000.0 / timestep))
    return EnergyConservation(
        time=(step - step[0]) * timestep / 1000.0,
        energy=1000.0 * (energy - energy[0]) / len(atoms),
        temperature=float(kelvin.mean()),
        cost=1e6 * spent / n_steps / len(atoms),
    )
