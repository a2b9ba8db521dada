"""Rock salt at rest, and how it answers to waves of displacement: where long-ranged forces show."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ase import Atoms
from ase.build import bulk
from numpy.typing import NDArray

from nnpot.lammps.runtime import PairCommands
from nnpot.lammps.system import compute_labels

ELEMENTS = ["Na", "Cl"]
LATTICE_CONSTANT = 5.64
"""Å: of the experiment at room temperature; all waves are taken there."""
AMPLITUDE = 0.01
"""Å, of a displacement."""
COULOMB = 14.399645
"""e²/(4 π ε0) in eV Å."""
LONGITUDINAL, TRANSVERSE = 2, 0
"""Axes of the displacement; the wave goes along z."""

Array = NDArray[np.float64]


def rock_salt(repeat: tuple[int, int, int] = (1, 1, 1)) -> Atoms:
    """8 atoms in each conventional cell."""
    cell: Atoms = bulk("NaCl", "rocksalt", a=LATTICE_CONSTANT, cubic=True)
    return cell.repeat(repeat)


@dataclass(frozen=True)
class OpticalWaves:
    """Force constants of waves in which Na and Cl move against each other, eV/Å² per ion."""

    wavelength: Array
    """(n,) Å"""
    longitudinal: Array
    transverse: Array

    @property
    def splitting(self) -> float:
        """Longitudinal minus transverse at the longest wave."""
        return float(self.longitudinal[-1] - self.transverse[-1])


def expected_splitting(charge: float) -> float:
    """Of rigid ions at long waves, eV/Å² per ion: the field of the polarisation, 8 π q² / (4 π ε0 V)."""
    volume = LATTICE_CONSTANT**3 / 4.0
    return 8.0 * np.pi * COULOMB * charge**2 / volume


def optical_waves(pair: PairCommands, lengths: Sequence[int]) -> OpticalWaves:
    """Force constants for waves as long as so many conventional cells, in cells that hold one wave."""
    found = [
        [force_constant(pair, length, axis) for length in lengths] for axis in (LONGITUDINAL, TRANSVERSE)
    ]
    return OpticalWaves(LATTICE_CONSTANT * np.array(lengths, float), np.array(found[0]), np.array(found[1]))


def force_constant(pair: PairCommands, length: int, axis: int) -> float:
    """Na moves by u cos(k z) along an axis, Cl by the opposite; minus the force that answers, over u."""
    atoms = rock_salt((1, 1, length))
    sign = np.where(atoms.symbols == "Na", 1.0, -1.0)
    wave = sign * np.cos(2.0 * np.pi * atoms.positions[:, 2] / atoms.cell[2, 2])
    forces = displaced(atoms, wave, axis, pair)
    return float(-(wave @ forces) / (AMPLITUDE * (wave @ wave)))


def displaced(atoms: Atoms, pattern: Array, axis: int, pair: PairCommands) -> Array:
    """Forces along an axis after a displacement by ``AMPLITUDE`` times a pattern along it, eV/Å.

    Half the difference of the forces after the displacement and the opposite one: forces at rest drop out.
    """
    forces = []
    for size in (AMPLITUDE, -AMPLITUDE):
        moved = atoms.copy()
        moved.positions[:, axis] += size * pattern
        forces.append(compute_labels(moved, ELEMENTS, pair).get_forces()[:, axis])
    return 0.5 * (forces[0] - forces[1])


@dataclass(frozen=True)
class Domains:
    """A long cell: in one half Na is moved rigidly against Cl, in the other half the other way."""

    z: Array
    """(n,) Å, of the planes of Na"""
    longitudinal: Array
    """(n,) eV/Å: the force on Na along z after a displacement along z"""
    transverse: Array
    """(n,) eV/Å: the force along x after one along x"""

    def constants(self) -> tuple[float, float]:
        """Minus the force over the displacement in the middle of a half, where all around is moved alike."""
        middle = int(np.argmin(np.abs(self.z - 0.25 * (self.z[-1] + self.z[1]))))
        longitudinal, transverse = self.longitudinal[middle], self.transverse[middle]
        return float(-longitudinal / AMPLITUDE), float(-transverse / AMPLITUDE)


def domains(pair: PairCommands, length: int) -> Domains:
    """Forces in a cell of so many conventional cells along z."""
    atoms = rock_salt((1, 1, length))
    is_na = atoms.symbols == "Na"
    side = np.where(atoms.positions[:, 2] < 0.5 * atoms.cell[2, 2] - 0.1, 1.0, -1.0)
    pattern = np.where(is_na, side, -side)
    forces = [displaced(atoms, pattern, axis, pair) for axis in (LONGITUDINAL, TRANSVERSE)]
    z = atoms.positions[is_na, 2]
    planes = np.unique(z.round(6))
    of_plane = [
        np.array([force[is_na][abs(z - plane) < 1e-3].mean() for plane in planes]) for force in forces
    ]
    return Domains(planes, of_plane[0], of_plane[1])
