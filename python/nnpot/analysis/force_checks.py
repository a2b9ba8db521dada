"""Whether forces turn with the atoms, and whether they are the gradient of any energy.

Both are asked of any function that gives forces, so that direct forces and gradients stand side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from ase import Atoms

from nnpot.errors import InvalidInputError
from nnpot.support.arrays import Array

Forces = Callable[[Atoms], Array]  # from a structure to its forces (n_atoms, 3) in eV/Å


@dataclass(frozen=True)
class RotationError:
    """How far forces are from turning with the atoms."""

    rmse: float  # meV/Å: root mean square difference of the components of the forces turned back
    relative: float  # the same in units of the root mean square force component


@dataclass(frozen=True)
class LoopWork:
    """Work ∮ F · dR around closed loops in the space of all coordinates; a gradient does none."""

    work: Array  # (n_loops,), eV
    half_points: Array
    """(n_loops,), eV: the same sums over every other point; where both agree, they are the integral."""

    @property
    def rms(self) -> float:
        """Root mean square work, eV."""
        return float(np.sqrt(np.mean(self.work**2)))

    @property
    def integration_error(self) -> float:
        """Root mean square change of the work when the number of points is halved, eV."""
        return float(np.sqrt(np.mean((self.work - self.half_points) ** 2)))


def random_rotation(random: np.random.Generator) -> Array:
    """A rotation matrix (3, 3), all equally likely."""
    q, r = np.linalg.qr(random.normal(size=(3, 3)))
    q = q * np.sign(np.diag(r))
    return np.asarray(q * np.linalg.det(q))


def rotated(atoms: Atoms, matrix: Array) -> Atoms:
    """A copy whose positions and cell are turned: every vector v becomes v @ matrix.T."""
    turned: Atoms = atoms.copy()
    turned.set_cell(atoms.cell.array @ matrix.T)
    turned.set_positions(atoms.positions @ matrix.T)
    return turned


def rotation_error(
    forces: Forces, frames: Sequence[Atoms], n_rotations: int = 4, seed: int = 1
) -> RotationError:
    """Turn each frame ``n_rotations`` times at random, predict, turn the forces back, and compare."""
    random = np.random.default_rng(seed)
    differences, sizes = [], []
    for frame in frames:
        plain = forces(frame)
        for _ in range(n_rotations):
            matrix = random_rotation(random)
            differences.append((forces(rotated(frame, matrix)) @ matrix - plain).ravel())
            sizes.append(plain.ravel())
    error, size = (float(np.sqrt(np.mean(np.concatenate(parts) ** 2))) for parts in (differences, sizes))
    return RotationError(1e3 * error, error / size if size > 0.0 else np.inf)


def loop_work(
    forces: Forces, frames: Sequence[Atoms], amplitude: float = 0.1, n_points: int = 64, seed: int = 1
) -> LoopWork:
    """Carry the atoms of each frame around a circle, and sum up the work of the forces.

    The circle is R(φ) = R + u cos φ + w sin φ, with u and w random displacements of all atoms, at right
    angles to each other, whose root mean square per atom is the amplitude in Å. The sum over an even number
    of evenly spaced points converges exponentially for smooth forces. Raises `InvalidInputError` if the
    number of points is odd or below four, or a frame has one atom alone.
    """
    if n_points < 4 or n_points % 2:
        raise InvalidInputError(f"n_points: expected an even number from 4 on, got {n_points}")
    random = np.random.default_rng(seed)
    angles = 2.0 * np.pi * np.arange(n_points) / n_points
    work = []
    for frame in frames:
        u, w = _circle(random, len(frame), amplitude)
        moved, powers = frame.copy(), np.zeros(n_points)
        for number, angle in enumerate(angles):
            moved.positions = frame.positions + np.cos(angle) * u + np.sin(angle) * w
            powers[number] = np.vdot(forces(moved), np.cos(angle) * w - np.sin(angle) * u)
        work.append((2.0 * np.pi * powers.mean(), 2.0 * np.pi * powers[::2].mean()))
    return LoopWork(*np.array(work).T)


def _circle(random: np.random.Generator, n_atoms: int, amplitude: float) -> tuple[Array, Array]:
    """Two displacements (n, 3) at right angles, each with the amplitude as root mean square per atom."""
    if n_atoms < 2:
        raise InvalidInputError("loops need frames of at least two atoms: one alone feels no force")
    both, _ = np.linalg.qr(random.normal(size=(3 * n_atoms, 2)))
    u, w = (amplitude * np.sqrt(n_atoms) * both).T.reshape(2, n_atoms, 3)
    return u, w
