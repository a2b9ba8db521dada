"""How far figures scatter by chance: standard errors from pieces that are independent of each other.

Pieces are runs with starts of their own, or blocks of one run that are long beside its memory. The formulas
are derived in docs/conventions.md, "Statistical errors".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike

from nnpot.errors import InvalidInputError
from nnpot.support.arrays import Array

Piece = TypeVar("Piece")
BLOCKS = 10  # of a run that is cut into pieces
UNKNOWN = float("nan")  # the error where there is but one piece


@dataclass(frozen=True)
class Estimate:
    """A figure and its standard error: 0 for what chance has no part in, NaN where it is unknown."""

    value: float
    error: float = 0.0

    def scaled(self, factor: float) -> Estimate:
        """The figure in another unit."""
        return Estimate(factor * self.value, abs(factor) * self.error)

    def plus(self, other: Estimate) -> Estimate:
        """Sum of two figures that are independent of each other."""
        return Estimate(self.value + other.value, float(np.hypot(self.error, other.error)))

    def minus(self, other: Estimate) -> Estimate:
        """Difference of two figures that are independent of each other."""
        return Estimate(self.value - other.value, float(np.hypot(self.error, other.error)))

    def over(self, other: Estimate) -> Estimate:
        """Ratio of two figures that are independent of each other."""
        if other.value == 0.0:
            return Estimate(UNKNOWN, UNKNOWN)
        ratio = self.value / other.value
        return Estimate(ratio, float(np.hypot(self.error, ratio * other.error) / abs(other.value)))

    def deviation_from(self, other: Estimate) -> Estimate:
        """|ratio - 1|."""
        ratio = self.over(other)
        return Estimate(abs(ratio.value - 1.0), ratio.error)

    @property
    def size(self) -> Estimate:
        """The figure without its sign."""
        return Estimate(abs(self.value), self.error)

    def text(self, pattern: str = ".3g") -> str:
        """``0.0072 ± 0.0011``; the error is left out where there is none, or it is unknown."""
        value = format(self.value, pattern)
        return f"{value} ± {self.error:.2g}" if self.error > 0.0 else value


def block_means(series: ArrayLike, n_blocks: int = BLOCKS) -> Array:
    """Means (n, ...) of at most ``n_blocks`` consecutive, nearly equal parts of a series (n_samples, ...)."""
    values = np.asarray(series, float)
    parts = np.array_split(values, min(n_blocks, len(values)))
    return np.array([part.mean(axis=0) for part in parts])


def error_of_mean(pieces: ArrayLike) -> Array:
    """Standard error (...) of the mean of independent pieces (n, ...) over the first axis; NaN for one."""
    values = np.asarray(pieces, float)
    if len(values) < 2:
        return np.full(values.shape[1:], UNKNOWN)
    return np.asarray(values.std(axis=0, ddof=1) / np.sqrt(len(values)))


def mean_of(pieces: ArrayLike) -> Estimate:
    """Mean of independent values, shape (n,), and its standard error."""
    return Estimate(float(np.mean(np.asarray(pieces, float))), float(error_of_mean(pieces)))


def mean_of_series(series: ArrayLike, n_blocks: int = BLOCKS) -> Estimate:
    """Mean of samples that remember each other, shape (n_samples,), and the standard error of blocks."""
    return Estimate(
        float(np.mean(np.asarray(series, float))), float(error_of_mean(block_means(series, n_blocks)))
    )


def median_of(values: ArrayLike) -> Estimate:
    """Median of timings and its standard error, √(π/2) times that of the mean (Gaussian scatter)."""
    return Estimate(
        float(np.median(np.asarray(values, float))), float(np.sqrt(np.pi / 2.0) * error_of_mean(values))
    )


def jackknife(pieces: Sequence[Piece], figure: Callable[[Sequence[Piece]], float]) -> Estimate:
    """A figure of all pieces together, and its standard error by leaving out each in turn (Tukey 1958).

    The pieces are independent of each other; ``figure`` takes any number of them. Raises `InvalidInputError`
    if there is none.
    """
    if len(pieces) == 0:
        raise InvalidInputError("a statistical error needs at least one piece, got none")
    return Estimate(figure(pieces), np.sqrt(_jackknife_variance(pieces, figure)))


def _jackknife_variance(pieces: Sequence[Piece], figure: Callable[[Sequence[Piece]], float]) -> float:
    n = len(pieces)
    if n < 2:
        return UNKNOWN
    found = np.array([figure([*pieces[:i], *pieces[i + 1 :]]) for i in range(n)])
    return float((n - 1) / n * np.sum((found - found.mean()) ** 2))


def mean_curve_difference(one: ArrayLike, other: ArrayLike) -> Estimate:
    """Mean of |difference| of two noisy curves, less what noise alone would give.

    Each is given by pieces that are independent of each other, shapes (n, n_points) and (m, n_points). With D
    the mean of |difference| of the two mean curves and N = √(2/π) · <s> what it would be if both were equal
    (s: standard error of the difference in each point), the figure is √(D² - N²), or 0: noise adds in
    quadrature. Its error is the change that one standard error of D (jackknife) brings, and no less than that
    error. With one piece of either nothing is known of the noise: D is given, and its error is NaN.

    Raises `InvalidInputError` if one has no piece or the curves have not the same points.
    """
    first, second = np.atleast_2d(np.asarray(one, float)), np.atleast_2d(np.asarray(other, float))
    if first.size == 0 or first.shape[1:] != second.shape[1:]:
        raise InvalidInputError(
            f"a difference of curves needs pieces with the same points in both, got {first.shape} "
            f"and {second.shape}"
        )
    middle, opposite = first.mean(axis=0), second.mean(axis=0)
    difference = float(np.abs(middle - opposite).mean())
    if min(len(first), len(second)) < 2:
        return Estimate(difference, UNKNOWN)
    spread = np.hypot(error_of_mean(first), error_of_mean(second))
    degrees = len(first) + len(second) - 2
    noise = float(np.sqrt(2.0 / np.pi) * (1.0 + 0.25 / degrees) * spread.mean())  # few pieces show too little
    variance = _jackknife_variance(list(first), _distance_from(opposite))
    variance += _jackknife_variance(list(second), _distance_from(middle))
    error = float(np.sqrt(variance))
    value, higher = (np.sqrt(max(d * d - noise * noise, 0.0)) for d in (difference, difference + error))
    return Estimate(float(value), max(float(higher - value), error))


def _distance_from(curve: Array) -> Callable[[Sequence[Array]], float]:
    return lambda kept: float(np.abs(np.mean(kept, axis=0) - curve).mean())
