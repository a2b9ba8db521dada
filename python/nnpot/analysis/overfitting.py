"""Where a learning curve turns: the validation loss rises again while the training loss goes on falling."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from nnpot.support.arrays import Array

FEWEST_EPOCHS = 30  # shorter curves say nothing
SHARE = 20  # a window of smoothing is this part of the curve, and at least `NARROWEST` epochs
NARROWEST = 5
NOISE = 2.0
"""Standard deviations of single epochs around the smoothed curve by which the validation loss must rise."""
SMALLEST = 0.01  # of the logarithms: smaller changes are no rise and no fall


def overfitting_epoch(train_loss: ArrayLike, validation_loss: ArrayLike) -> int | None:
    """The epoch, counted from 1, from which on a training overfits; None where there is no turn.

    Both curves, one value above 0 for each epoch, are taken as logarithms and smoothed by a running mean. The
    turn is the smallest smoothed validation loss, if in the last third of the epochs after it the median of
    the smoothed validation loss lies above it by more than the noise of single epochs, while that of the
    training loss lies below. Curves that are too short or not finite have none.
    """
    train, validation = np.asarray(train_loss, float), np.asarray(validation_loss, float)
    n = len(validation)
    if n < FEWEST_EPOCHS or len(train) != n or not _usable(train) or not _usable(validation):
        return None
    window = max(NARROWEST, n // SHARE) | 1
    smooth_train, _ = _smoothed(np.log(train), window)
    smooth, noise = _smoothed(np.log(validation), window)
    turn = int(np.argmin(smooth))
    last = slice(turn + max(2 * (n - turn) // 3, window // 2 + 1), n)
    if n - turn <= 2 * window:
        return None
    rise = float(np.median(smooth[last])) - smooth[turn]
    fall = smooth_train[turn] - float(np.median(smooth_train[last]))
    return turn + 1 if rise > max(NOISE * noise, SMALLEST) and fall > SMALLEST else None


def _usable(loss: Array) -> bool:
    return bool(np.isfinite(loss).all() and (loss > 0.0).all())


def _smoothed(values: Array, window: int) -> tuple[Array, float]:
    """Means over windows, which are cut off at the ends, and the robust deviation of the values from them."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    places = np.arange(len(values))
    half = np.minimum(window // 2, np.minimum(places, len(values) - 1 - places))
    smooth = (sums[places + half + 1] - sums[places - half]) / (2 * half + 1)
    rest = np.abs(values - smooth)[window:-window]
    return smooth, 1.4826 * float(np.median(rest)) if len(rest) else 0.0
