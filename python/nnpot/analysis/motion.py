"""How atoms move: mean square displacement, diffusion, vibrational density of states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ase import Atoms

from nnpot.analysis.statistical_error import BLOCKS, Estimate, error_of_mean, mean_curve_difference
from nnpot.errors import InvalidInputError
from nnpot.support.arrays import Array

SQUARE_ANGSTROM_PER_PS = 1e-4  # in cm²/s


@dataclass(frozen=True)
class Displacement:
    """``time`` in ps and the mean square displacement ``msd`` in Å², both of shape (n,).

    ``groups``, shape (n_groups, n), is that of groups of atoms, which know little of each other's ways; None
    where there is one atom alone.
    """

    time: Array
    msd: Array
    groups: Array | None = None

    @property
    def diffusion(self) -> float:
        """Diffusion coefficient in cm²/s: a sixth of the slope over the second half (Einstein 1905)."""
        return self._diffusion(self.msd)

    @property
    def diffusion_estimate(self) -> Estimate:
        """The diffusion coefficient with its standard error, from the groups of atoms; cm²/s."""
        groups = [self.msd] if self.groups is None else self.groups
        return Estimate(self.diffusion, float(error_of_mean([self._diffusion(msd) for msd in groups])))

    @property
    def error(self) -> Array:
        """Standard error of ``msd``, shape (n,), Å², from the groups; NaN where there are none."""
        return error_of_mean(self.msd[None] if self.groups is None else self.groups)

    def _diffusion(self, msd: Array) -> float:
        half = len(self.time) // 2
        slope = np.polyfit(self.time[half:], msd[half:], 1)[0]
        return float(slope / 6.0 * SQUARE_ANGSTROM_PER_PS)


def mean_square_displacement(frames: Sequence[Atoms], interval: float, symbol: str) -> Displacement:
    """Mean square displacement of an element's atoms, over all starts, for half of the trajectory's length.

    The frames are ``interval`` ps apart in one cell; between two of them no atom moves by half of the cell.
    Raises `InvalidInputError` if there are fewer than eight frames or no atom of the element.
    """
    if len(frames) < 8 or symbol not in frames[0].get_chemical_symbols():
        raise InvalidInputError(f"displacements need at least eight frames with atoms of {symbol}")
    own = frames[0].symbols == symbol
    path = _unwrapped(frames)
    path -= path.mean(axis=1, keepdims=True)  # the whole does not move
    path = path[:, own]
    n_lags = len(frames) // 2
    moved = [np.zeros(path.shape[1])]  # of each atom
    moved += [np.mean(np.sum((path[lag:] - path[:-lag]) ** 2, 2), axis=0) for lag in range(1, n_lags)]
    of_atoms = np.array(moved).T
    n_groups = min(BLOCKS, len(of_atoms))
    groups = np.array([of_atoms[first::n_groups].mean(axis=0) for first in range(n_groups)])
    time = np.arange(n_lags, dtype=np.float64) * interval
    return Displacement(time, of_atoms.mean(axis=0), groups if n_groups > 1 else None)


def _unwrapped(frames: Sequence[Atoms]) -> Array:
    """Positions without jumps across the cell's faces, shape (n_frames, n_atoms, 3), Å."""
    cell = frames[0].cell.array
    scaled = np.array([frame.positions for frame in frames]) @ np.linalg.inv(cell)
    steps = np.diff(scaled, axis=0)
    steps -= np.round(steps)
    return np.asarray(np.concatenate([scaled[:1], scaled[:1] + np.cumsum(steps, axis=0)]) @ cell)


@dataclass(frozen=True)
class Vibrations:
    """``frequency`` in THz and the density of states ``density`` (per THz, its integral is 1), shape (n,).

    ``pieces``, shape (n_pieces, n), are those of parts of the trajectory; None where there is one alone.
    """

    frequency: Array
    density: Array
    pieces: Array | None = None

    def mean_difference(self, other: Vibrations) -> float:
        """Half of the integral of |difference|: the share of the vibrations that is elsewhere."""
        width = float(self.frequency[1] - self.frequency[0])
        return float(0.5 * width * np.abs(self.density - other.density).sum())

    def difference(self, other: Vibrations) -> Estimate:
        """The mean difference less what noise alone would give (`mean_curve_difference`), with its error."""
        width = float(self.frequency[1] - self.frequency[0])
        found = mean_curve_difference(self._pieces, other._pieces)
        return found.scaled(0.5 * width * len(self.frequency))

    @property
    def error(self) -> Array:
        """Standard error of the density at each frequency; NaN where it is not known."""
        return error_of_mean(self._pieces)

    @property
    def _pieces(self) -> Array:
        return self.density[None] if self.pieces is None else self.pieces


def vibrational_density(
    velocities: Array, masses: Array, interval: float, resolution: float = 0.5
) -> Vibrations:
    """Power spectrum of the velocities, weighted by the masses: the vibrational density of states.

    It is the transform of the velocity autocorrelation (Dickey and Paskin 1969), as a mean over pieces of the
    trajectory under a Hann window (Welch 1967). Velocities (n_samples, n_atoms, 3) in any unit are
    ``interval`` fs apart, masses have the shape (n_atoms,); the pieces are as long as the resolution in THz
    needs. Raises `InvalidInputError` if the trajectory is shorter than one piece.
    """
    length = round(2000.0 / (resolution * interval))
    if len(velocities) < length:
        raise InvalidInputError(
            f"a resolution of {resolution} THz needs {length} samples that are {interval} fs apart, "
            f"got {len(velocities)}"
        )
    window = np.hanning(length)[:, None, None]
    powers = []
    for start in range(0, len(velocities) - length + 1, length // 2):
        spectrum = np.fft.rfft(velocities[start : start + length] * window, axis=0)
        powers.append(np.einsum("fai,a->f", np.abs(spectrum) ** 2, masses))
    frequency = np.arange(length // 2 + 1, dtype=np.float64) * 1000.0 / (length * interval)
    pieces = np.array(powers)
    pieces = pieces / (pieces.sum(axis=1).mean() * (frequency[1] - frequency[0]))
    return Vibrations(frequency, pieces.mean(axis=0), pieces if len(pieces) > 1 else None)
