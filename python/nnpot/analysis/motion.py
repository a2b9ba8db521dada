"""How atoms move: mean square displacement, diffusion, vibrational density of states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from nnpot.errors import InvalidInputError

Array = NDArray[np.float64]

SQUARE_ANGSTROM_PER_PS = 1e-4
"""In cm²/s."""


@dataclass(frozen=True)
class Displacement:
    """``time`` in ps and the mean square displacement ``msd`` in Å², both of shape (n,)."""

    time: Array
    msd: Array

    @property
    def diffusion(self) -> float:
        """Diffusion coefficient in cm²/s: a sixth of the slope over the second half (Einstein 1905)."""
        half = len(self.time) // 2
        slope = np.polyfit(self.time[half:], self.msd[half:], 1)[0]
        return float(slope / 6.0 * SQUARE_ANGSTROM_PER_PS)


def mean_square_displacement(frames: Sequence[Atoms], interval: float, symbol: str) -> Displacement:
    """Mean square displacement of an element's atoms, over all starts, for half of the trajectory's length.

    Parameters
    ----------
    frames
        A trajectory in one cell; between two frames no atom moves by half of the cell.
    interval
        Between frames, ps.
    symbol
        The element.

    Raises
    ------
    InvalidInputError
        If there are fewer than eight frames or no atom of the element.
    """
    if len(frames) < 8 or symbol not in frames[0].get_chemical_symbols():
        raise InvalidInputError(f"displacements need at least eight frames with atoms of {symbol}")
    own = frames[0].symbols == symbol
    path = _unwrapped(frames)
    path -= path.mean(axis=1, keepdims=True)  # the whole does not move
    path = path[:, own]
    n_lags = len(frames) // 2
    msd = [0.0] + [float(np.mean(np.sum((path[lag:] - path[:-lag]) ** 2, 2))) for lag in range(1, n_lags)]
    return Displacement(np.arange(n_lags, dtype=np.float64) * interval, np.array(msd))


def _unwrapped(frames: Sequence[Atoms]) -> Array:
    """Positions without jumps across the cell's faces, shape (n_frames, n_atoms, 3), Å."""
    cell = frames[0].cell.array
    scaled = np.array([frame.positions for frame in frames]) @ np.linalg.inv(cell)
    steps = np.diff(scaled, axis=0)
    steps -= np.round(steps)
    return np.asarray(np.concatenate([scaled[:1], scaled[:1] + np.cumsum(steps, axis=0)]) @ cell)


@dataclass(frozen=True)
class Vibrations:
    """``frequency`` in THz and the density of states ``density`` (per THz, its integral is 1), shape (n,)."""

    frequency: Array
    density: Array

    def mean_difference(self, other: Vibrations) -> float:
        """Half of the integral of |difference|: the share of the vibrations that is elsewhere."""
        width = float(self.frequency[1] - self.frequency[0])
        return float(0.5 * width * np.abs(self.density - other.density).sum())


def vibrational_density(
    velocities: Array, masses: Array, interval: float, resolution: float = 0.5
) -> Vibrations:
    """Power spectrum of the velocities, weighted by the masses: the vibrational density of states.

    It is the transform of the velocity autocorrelation (Dickey and Paskin 1969), as a mean over pieces of the
    trajectory under a Hann window (Welch 1967).

    Parameters
    ----------
    velocities
        Shape (n_samples, n_atoms, 3), any unit.
    masses
        Shape (n_atoms,).
    interval
        Between samples, fs.
    resolution
        In THz: the pieces are as long as it needs.

    Raises
    ------
    InvalidInputError
        If the trajectory is shorter than one piece.
    """
    length = round(2000.0 / (resolution * interval))
    if len(velocities) < length:
        raise InvalidInputError(
            f"a resolution of {resolution} THz needs {length} samples that are {interval} fs apart, "
            f"got {len(velocities)}"
        )
    window = np.hanning(length)[:, None, None]
    power = np.zeros(length // 2 + 1)
    for start in range(0, len(velocities) - length + 1, length // 2):
        spectrum = np.fft.rfft(velocities[start : start + length] * window, axis=0)
        power += np.einsum("fai,a->f", np.abs(spectrum) ** 2, masses)
    frequency = np.arange(length // 2 + 1, dtype=np.float64) * 1000.0 / (length * interval)
    return Vibrations(frequency, power / (power.sum() * (frequency[1] - frequency[0])))
