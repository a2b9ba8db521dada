"""Sampling of reference frames by molecular dynamics in LAMMPS."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from ase import Atom, Atoms, units
from ase.geometry import get_distances
from numpy.random import Generator

from nnpot.errors import InvalidInputError, NnpotError
from nnpot.lammps.runtime import open_lammps
from nnpot.lammps.system import LammpsSystem
from nnpot.reference.recipe import Group, Recipe, Start
from nnpot.support.arrays import Array, Integers
from nnpot.support.limits import MOST_ATOMS
from nnpot.support.progress import progress

GRAM_PER_CM3 = units.kg / 1000.0 / (1e-2 * units.m) ** 3
LARGEST_SEED = 899_999_999  # of LAMMPS's generators


@dataclass(frozen=True)
class GroupSummary:
    """What a group of frames looks like.

    ``energy`` and ``energy_spread`` (standard deviation) are in eV/atom, ``largest_force`` in eV/Å.
    ``correlation`` is the mean force autocorrelation of frames that follow each other in a
    trajectory: 1 if they are copies, 0 if they have nothing to do with each other, NaN where no
    trajectory has two.
    """

    name: str
    n_frames: int
    energy: float
    energy_spread: float
    largest_force: float
    correlation: float


def sample(recipe: Recipe, seed: int = 0) -> Iterator[Atoms]:
    """Sample all groups of a recipe, frame by frame; the same recipe and seed give the same frames.

    They have energy (eV), forces (eV/Å) and stress (eV/Å³, ASE's sign, without the kinetic part); ``info``
    holds ``group``, ``temperature`` (K) and ``trajectory``. Raises `NnpotError` that names the group if a
    structure cannot be built or LAMMPS fails.
    """
    if seed < 0:
        raise InvalidInputError(f"the seed must be at least 0, got {seed}")
    sizes = []
    for number, group in enumerate(recipe.groups):
        with _named(number, group):
            sizes.append(len(group.structure.build()) * int(np.prod(group.repeat)))
    work = sum(size * group.simulated_time for size, group in zip(sizes, recipe.groups, strict=True))
    with progress("sampling", recipe.n_frames) as bar:
        for number, group in enumerate(recipe.groups):
            sequence = np.random.SeedSequence(entropy=seed, spawn_key=(number,))
            trajectory = None
            with _named(number, group):
                for frame in sample_group(recipe, group, sequence):
                    is_first, trajectory = frame.info["trajectory"] != trajectory, frame.info["trajectory"]
                    time = group.interval + (group.preparation if is_first else 0.0)
                    bar.advance(recipe.n_frames * sizes[number] * time / work, group=group.name)
                    yield frame


@contextmanager
def _named(number: int, group: Group) -> Iterator[None]:
    """Errors say which group they come from."""
    try:
        yield
    except (NnpotError, OSError) as error:
        kind = type(error) if isinstance(error, NnpotError) else InvalidInputError
        raise kind(f"groups[{number}] ({group.name}): {error}") from error


def sample_group(recipe: Recipe, group: Group, seeds: np.random.SeedSequence) -> Iterator[Atoms]:
    """The frames of one group, trajectory by trajectory."""
    conditions = group.conditions()
    left = group.n_frames
    for number, child in enumerate(seeds.spawn(group.n_trajectories)):
        temperature, density, pressure = conditions[number % len(conditions)]
        rng = np.random.default_rng(child)
        start = starting_structure(group, density, rng)
        n_frames = min(left, group.frames_per_trajectory)
        left -= n_frames
        for frame in _trajectory(recipe, group, start, (temperature, pressure), n_frames, rng):
            frame.info.update(group=group.name, temperature=temperature, trajectory=number)
            yield frame


def _trajectory(
    recipe: Recipe,
    group: Group,
    start: Atoms,
    condition: tuple[float, float | None],
    n_frames: int,
    rng: Generator,
) -> Iterator[Atoms]:
    temperature, pressure = condition
    with open_lammps(plugin=recipe.pair.needs_plugin) as lammps:
        system = LammpsSystem(lammps, start, recipe.elements, recipe.pair, recipe.timestep)
        first = temperature if group.melt is None else group.melt.temperature
        system.set_temperature(first, lammps_seed(rng))
        if group.melt is not None:
            system.thermostat(group.melt.temperature, lammps_seed(rng))
            system.run(group.melt.duration)
            if group.melt.cooling > 0.0:
                system.thermostat(temperature, lammps_seed(rng), pressure, start=group.melt.temperature)
                system.run(group.melt.cooling)
        system.thermostat(temperature, lammps_seed(rng), pressure)
        if group.equilibration > 0.0:
            system.run(group.equilibration)
        for _ in range(n_frames):
            system.run(group.interval)
            yield _checked(system.snapshot())


def _checked(frame: Atoms) -> Atoms:
    if not (np.isfinite(frame.get_potential_energy()) and np.isfinite(frame.get_forces()).all()):
        raise NnpotError(
            "LAMMPS gave energies or forces that are not finite; take a smaller timestep or temperature"
        )
    return frame


def lammps_seed(rng: Generator) -> int:
    """A seed for LAMMPS's random numbers."""
    return int(rng.integers(1, LARGEST_SEED))


def starting_structure(group: Start, density: float | None, rng: Generator) -> Atoms:
    """Build, repeat, scale to a density (g/cm³), strain, add vacuum, take atoms out and put others in."""
    cell = group.structure.build()
    n_atoms = len(cell) * math.prod(group.repeat)
    if n_atoms > MOST_ATOMS:
        raise InvalidInputError(f"repeat: expected at most {MOST_ATOMS} atoms in all, got {n_atoms}")
    atoms: Atoms = cell.repeat(group.repeat)
    atoms.info.clear()
    if density is not None:
        scale_to_density(atoms, density)
    if group.strain > 0.0:
        atoms.set_cell(atoms.cell @ (np.eye(3) + random_strain(group.strain, rng)), scale_atoms=True)
    if group.vacuum > 0.0:
        atoms.cell[2] *= 1.0 + group.vacuum / atoms.cell.lengths()[2]
    _take_out(atoms, group.vacancies, rng)
    for symbol in group.interstitials:
        atoms.append(Atom(symbol, roomiest_place(atoms, rng)))
    return atoms


def _take_out(atoms: Atoms, vacancies: int | dict[str, int], rng: Generator) -> None:
    """Take atoms out at random, of any element or of each as many as are asked for."""
    if isinstance(vacancies, int):
        chosen = _choice("", np.arange(len(atoms)), vacancies, rng)
    else:
        chosen = [
            atom
            for symbol, count in vacancies.items()
            for atom in _choice(f" {symbol}", np.flatnonzero(atoms.symbols == symbol), count, rng)
        ]
    if len(chosen) >= len(atoms):
        raise InvalidInputError(f"vacancies must be fewer than the {len(atoms)} atoms, got {len(chosen)}")
    if chosen:
        del atoms[chosen]


def _choice(kind: str, atoms: Integers, count: int, rng: Generator) -> list[int]:
    if count > len(atoms):
        raise InvalidInputError(f"vacancies: expected at most the {len(atoms)}{kind} atoms, got {count}")
    chosen: list[int] = rng.choice(atoms, size=count, replace=False).tolist() if count else []
    return chosen


def roomiest_place(atoms: Atoms, rng: Generator, n_places: int = 50) -> Array:
    """The one of some random places in a cell that is farthest from all atoms, in Å."""
    places = rng.random((n_places, 3)) @ atoms.cell.array
    room = [get_distances(place, atoms.positions, atoms.cell, atoms.pbc)[1].min() for place in places]
    return np.asarray(places[int(np.argmax(room))])


def scale_to_density(atoms: Atoms, density: float) -> None:
    """Scale cell and positions evenly, in place, to a density in g/cm³."""
    scale = (atoms.get_masses().sum() / atoms.get_volume() / (density * GRAM_PER_CM3)) ** (1 / 3)
    atoms.set_cell(atoms.cell * scale, scale_atoms=True)


def random_strain(size: float, rng: Generator) -> Array:
    """A symmetric strain tensor (3, 3) whose six components lie evenly between -size and size."""
    tensor = rng.uniform(-size, size, (3, 3))
    return np.triu(tensor) + np.triu(tensor, 1).T


def summarize(frames: list[Atoms]) -> list[GroupSummary]:
    """One summary per group, in the order in which they appear."""
    names = list(dict.fromkeys(frame.info["group"] for frame in frames))
    return [_summary(name, [frame for frame in frames if frame.info["group"] == name]) for name in names]


def _summary(name: str, frames: list[Atoms]) -> GroupSummary:
    energies = np.array([frame.get_potential_energy() / len(frame) for frame in frames])
    forces = [frame.get_forces() for frame in frames]
    same = [
        float((first * second).sum() / np.sqrt((first**2).sum() * (second**2).sum()))
        for first, second, frame, following in zip(forces, forces[1:], frames, frames[1:], strict=False)
        if frame.info["trajectory"] == following.info["trajectory"]
    ]
    return GroupSummary(
        name=name,
        n_frames=len(frames),
        energy=float(energies.mean()),
        energy_spread=float(energies.std()),
        largest_force=float(max(np.abs(force).max() for force in forces)),
        correlation=float(np.mean(same)) if same else float("nan"),
    )
