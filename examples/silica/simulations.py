"""What is simulated with a potential: one function for each kind of run."""

import itertools
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from ase import Atoms
from ase.data import atomic_masses, atomic_numbers
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from structures import BOND, ELEMENTS

from nnpot.analysis.bonding import Bonding, bonding, mean_bonding
from nnpot.analysis.closest_pairs import Elements, closest_pairs
from nnpot.analysis.extrapolation import warnings_in_log
from nnpot.analysis.motion import Displacement, Vibrations, mean_square_displacement, vibrational_density
from nnpot.analysis.radial_distribution import RadialDistribution, mean_distribution
from nnpot.analysis.statistical_error import Estimate, mean_of, mean_of_series
from nnpot.lammps.runtime import PairCommands, open_lammps
from nnpot.lammps.system import LammpsSystem
from nnpot.study import INTERVAL, Schedule, distributions, free_density, prepare, trajectory


@dataclass(frozen=True)
class State:
    """A run at constant volume and temperature."""

    distributions: dict[Elements, RadialDistribution]
    o_si_o: Bonding
    si_o_si: Bonding
    energy: Estimate
    """eV/atom, mean."""
    displacements: dict[str, Displacement]
    warnings: int | None
    """Values of symmetry functions outside of the training range, over all steps; None if not counted."""
    n_steps: int
    frames: list[Atoms]
    """Some, over the whole run."""


def watched(model: Path, cutoff: float) -> PairCommands:
    """The network in a style that counts extrapolations at every step."""
    steps = round(INTERVAL * 1000.0)
    style = f'hdnnp {cutoff} dir "{model.resolve()}" showew no showewsum {steps} maxew -1'
    return PairCommands(style, (f"* * {' '.join(ELEMENTS)}",))


def run_state(atoms: Atoms, pair: PairCommands, schedule: Schedule, seed: int = 1) -> tuple[State, Estimate]:
    """Simulate a state; gives it and its density at zero pressure (NaN without free volume)."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log.lammps"
        with open_lammps(log=log, plugin=pair.needs_plugin) as lammps:
            system = LammpsSystem(lammps, atoms, ELEMENTS, pair)
            prepare(system, schedule, seed)
            start = int(system.thermo("step"))
            frames = trajectory(system, schedule.duration)
            end = int(system.thermo("step"))
            density = free_density(system, schedule.temperature, schedule.free_volume, seed)
        counted = "showewsum" in pair.style.split()
        warnings = warnings_in_log(log, start, end) if counted else None
    return analysed(frames, warnings, end - start), density


def analysed(frames: Sequence[Atoms], warnings: int | None, n_steps: int) -> State:
    """Structure from 100 of the frames at most, motion from all."""
    some = list(frames)[:: max(1, len(frames) // 100)]
    moving = len(frames) >= 8
    return State(
        distributions=distributions(some),
        o_si_o=bonding(some, "Si", "O", BOND),
        si_o_si=bonding(some, "O", "Si", BOND),
        energy=mean_of_series([frame.get_potential_energy() / len(frame) for frame in frames]),
        displacements={
            symbol: mean_square_displacement(frames, INTERVAL, symbol) for symbol in ELEMENTS if moving
        },
        warnings=warnings,
        n_steps=n_steps,
        frames=some[:: max(1, len(some) // 10)],
    )


def mean_state(states: Sequence[State]) -> State:
    """Structure and energy are means over all, equally weighted; motion, warnings, frames the first's."""
    return replace(
        states[0],
        distributions={
            pair: mean_distribution([state.distributions[pair] for state in states])
            for pair in states[0].distributions
        },
        o_si_o=mean_bonding([state.o_si_o for state in states]),
        si_o_si=mean_bonding([state.si_o_si for state in states]),
        energy=mean_of([state.energy.value for state in states]),
    )


def crystal_density(atoms: Atoms, pair: PairCommands, temperature: float, duration: float) -> Estimate:
    """Density of a crystal at zero pressure, g/cm³."""
    with open_lammps(plugin=pair.needs_plugin) as lammps:
        system = LammpsSystem(lammps, atoms, ELEMENTS, pair)
        system.set_temperature(2.0 * temperature, 1)
        return free_density(system, temperature, duration, 1)


@dataclass(frozen=True)
class EnergyVolume:
    """``volume`` in Å³ and ``energy`` in eV, both per SiO2, shape (n,)."""

    volume: NDArray[np.float64]
    energy: NDArray[np.float64]

    @property
    def lowest(self) -> float:
        """The lowest energy, eV per SiO2; between the volumes too, of which the best is meV above it."""
        between = np.linspace(self.volume[0], self.volume[-1], 1000)
        return float(CubicSpline(self.volume, self.energy)(between).min())


def energy_volume(atoms: Atoms, pair: PairCommands, relaxed: bool, scales: Sequence[float]) -> EnergyVolume:
    """Energy of a crystal whose cell is scaled evenly; its atoms are relaxed, or scaled with it."""
    volumes, energies = [], []
    for scale in scales:
        scaled = atoms.copy()
        scaled.set_cell(scaled.cell * scale ** (1 / 3), scale_atoms=True)
        with open_lammps(plugin=pair.needs_plugin) as lammps:
            system = LammpsSystem(lammps, scaled, ELEMENTS, pair)
            if relaxed:
                system.minimize(1e-5)
            else:
                system.compute()
            energies.append(system.thermo("pe"))
        volumes.append(scaled.get_volume())
    n_units = len(atoms) / 3
    return EnergyVolume(np.array(volumes) / n_units, np.array(energies) / n_units)


def vibrations(
    atoms: Atoms,
    pair: PairCommands,
    temperature: float,
    duration: float,
    equilibration: float,
    resolution: float,
) -> Vibrations:
    """Vibrational density of states (resolution in THz) at constant energy, velocities every 4 fs."""
    every = 4
    with open_lammps(plugin=pair.needs_plugin) as lammps:
        system = LammpsSystem(lammps, atoms, ELEMENTS, pair)
        system.set_temperature(2.0 * temperature, 1)
        system.thermostat(temperature, 2)
        system.run(equilibration)
        system.free_motion()
        samples = []
        for _ in range(round(1000.0 * duration / every)):
            system.run(every / 1000.0, unchanged=bool(samples))
            samples.append(system.velocities())
    masses = np.array([atomic_masses[atomic_numbers[symbol]] for symbol in atoms.symbols])
    return vibrational_density(np.array(samples), masses, every, resolution)


@dataclass(frozen=True)
class RandomStart:
    """What became of atoms that were put anywhere."""

    shortest: dict[Elements, float]
    """Å, at the end, of each pair of elements."""
    too_close: int
    """Pairs of atoms that are closer than in any training frame of silica, at the end."""
    energy: float
    """eV/atom, mean over the last half of the run."""
    temperature: float
    distributions: dict[Elements, RadialDistribution]


def random_start(
    atoms: Atoms,
    pair: PairCommands,
    training: dict[Elements, float],
    temperature: float,
    duration: float,
    limited: float,
) -> RandomStart:
    """Let go of atoms at random positions; for a time ``limited`` (ps) by at most 0.02 Å in a step."""
    with open_lammps(plugin=pair.needs_plugin) as lammps:
        system = LammpsSystem(lammps, atoms, ELEMENTS, pair)
        system.thermostat(temperature, 1, damping=0.02)
        system.commands("unfix motion", "fix motion all nve/limit 0.02")
        system.run(limited)
        system.thermostat(temperature, 2)
        system.run(0.5 * duration)
        frames, kelvin = [], []
        for _ in range(max(1, round(0.5 * duration / INTERVAL))):
            system.run(INTERVAL)
            frames.append(system.snapshot())
            kelvin.append(system.thermo("temp"))
    energies = [frame.get_potential_energy() / len(frame) for frame in frames]
    closest = closest_pairs(frames[-1], 4.0)
    return RandomStart(
        shortest={pair: found.distance for pair, found in closest.items()},
        too_close=pairs_below(frames[-1], training),
        energy=float(np.mean(energies)),
        temperature=float(np.mean(kelvin)),
        distributions=distributions(frames),
    )


def pairs_below(frame: Atoms, limits: dict[Elements, float]) -> int:
    """Pairs of atoms that are closer than the limit of their elements (Å)."""
    from ase.neighborlist import neighbor_list

    symbols = {(a, b): limits[min(a, b), max(a, b)] for a, b in itertools.product(ELEMENTS, ELEMENTS)}
    return len(neighbor_list("i", frame, symbols)) // 2
