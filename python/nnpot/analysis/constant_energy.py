"""Runs at constant energy in ASE, with forces of one model and the energy of another."""

from __future__ import annotations

from collections.abc import Sequence
from time import process_time

import numpy as np
from ase import Atoms, units
from ase.calculators.calculator import Calculator
from ase.md.verlet import VelocityVerlet

from nnpot.analysis.dynamics import EnergyConservation
from nnpot.errors import InvalidInputError
from nnpot.support.progress import progress

SAMPLES = 100  # of the energy in each run, at most
MOST_GAINED = 1.0  # eV/atom: a run that gains or loses more is ended


def energy_drift(
    forces: Calculator,
    reference: Calculator,
    frames: Sequence[Atoms],
    temperature: float = 300.0,
    duration: float = 1.0,
    timestep: float = 1.0,
    seed: int = 1,
) -> list[EnergyConservation]:
    """Let atoms move with forces from one ASE calculator, and watch the energy of another, one run per frame.

    The energy is the kinetic energy plus the potential energy of ``reference`` at the same positions. Where
    the forces are the gradient of that energy, it is kept but for the error of the integration (velocity
    Verlet); otherwise its rate of change is the power Σ v · (F - F_reference). The first velocities, drawn
    with ``seed``, have a temperature in K, of which potential energy takes its share afterwards; duration and
    timestep are in ps and fs. A run ends early when it has gained or lost `MOST_GAINED` per atom, and before
    an energy that is no number. The ``drift_rate`` of each is in meV/atom/ps.

    Raises `InvalidInputError` if temperature, duration or timestep are not positive, the run has fewer than
    two steps, or it has no energy that is a number beside its first.
    """
    for name, value in (("temperature", temperature), ("duration", duration), ("timestep", timestep)):
        if not value > 0.0:
            raise InvalidInputError(f"{name}: expected a number > 0, got {value:g}")
    n_steps = round(1e3 * duration / timestep)
    if n_steps < 2:
        raise InvalidInputError(
            f"duration: expected at least two steps of {timestep:g} fs, got {duration:g} ps"
        )
    interval = -(-n_steps // SAMPLES)
    found = []
    with progress("constant energy", len(frames)) as bar:
        for number, frame in enumerate(frames):
            atoms = frame.copy()
            atoms.calc = forces
            set_temperature(atoms, temperature, np.random.default_rng([seed, number]))
            found.append(_run(atoms, reference, timestep, interval, n_steps // interval))
            bar.advance(1)
    return found


def set_temperature(atoms: Atoms, temperature: float, random: np.random.Generator) -> None:
    """Give atoms random momenta at a temperature in K, with a center of mass that rests."""
    masses = atoms.get_masses()[:, None]
    momenta = random.normal(size=(len(atoms), 3)) * np.sqrt(masses * units.kB * temperature)
    energy = np.sum(momenta**2 / masses)
    momenta -= masses * momenta.sum(axis=0) / masses.sum()
    left = np.sum(momenta**2 / masses)
    atoms.set_momenta(momenta * np.sqrt(energy / left) if left > 0.0 else momenta)


def _run(
    atoms: Atoms, reference: Calculator, timestep: float, interval: int, n_samples: int
) -> EnergyConservation:
    """Samples of one run, the first at its start."""
    dynamics = VelocityVerlet(atoms, timestep * units.fs)
    start, records = process_time(), [_state(atoms, reference)]
    for _ in range(n_samples):
        dynamics.run(interval)
        state = _state(atoms, reference)
        if not np.isfinite(state).all():
            break
        records.append(state)
        if abs(state[0] - records[0][0]) > MOST_GAINED:
            break
    if len(records) < 2:
        raise InvalidInputError(
            f"constant energy: expected finite energies, got none after {interval} steps of {timestep:g} fs; "
            f"start from other frames, or take a smaller timestep"
        )
    energy, kelvin = np.array(records).T
    n_steps = interval * (len(records) - 1)
    return EnergyConservation(
        time=np.arange(len(records), dtype=np.float64) * interval * timestep * 1e-3,
        energy=1e3 * (energy - energy[0]),
        temperature=float(kelvin.mean()),
        cost=1e6 * (process_time() - start) / n_steps / len(atoms),
    )


def _state(atoms: Atoms, reference: Calculator) -> tuple[float, float]:
    """Total energy in eV/atom, and temperature in K."""
    seen = atoms.copy()
    seen.calc = reference
    total = atoms.get_kinetic_energy() + seen.get_potential_energy()
    return float(total) / len(atoms), float(atoms.get_temperature())
