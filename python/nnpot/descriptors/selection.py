"""Selection of symmetry functions by range, by correlation, by CUR. All of it is deterministic.

The functions work on raw values (n atoms, F functions) of one element, over training frames.
"""

from __future__ import annotations

import numpy as np

from nnpot.descriptors.settings import Selection
from nnpot.support.arrays import Array, Integers, Mask

SMALLEST_RANGE = 1e-9
"""A function whose values differ by less than this over the training set tells nothing and is dropped."""
EXHAUSTED = 1e-10
"""CUR ends when what is left of every function is smaller than this, relative to its variance."""


def varying(values: Array) -> Mask:
    """Tell the functions that differ between atoms at all, (F,)."""
    if len(values) < 2:
        return np.zeros(values.shape[1], bool)
    return np.asarray(np.ptp(values, axis=0) > SMALLEST_RANGE)


def select(values: Array, selection: Selection) -> Mask:
    """Choose the functions to keep, (F,), by their raw values (n, F); those that do not vary are not."""
    kept = varying(values)
    candidates = np.flatnonzero(kept)
    if selection.method == "none" or not len(candidates):
        return kept
    found = _METHODS[selection.method](values[:, candidates], selection)
    kept[:] = False
    kept[candidates[found]] = True
    return kept


def by_range(values: Array, selection: Selection) -> Integers:
    """The functions whose values differ by the threshold at least; the ``count`` of them that differ most."""
    spread = np.ptp(values, axis=0)
    order = np.argsort(-spread, kind="stable")
    n_wide = int(np.count_nonzero(spread >= (selection.threshold or 0.0)))
    return np.asarray(order[: min(n_wide, selection.count or n_wide)])


def by_correlation(values: Array, selection: Selection) -> Integers:
    """One function after the other is kept unless it correlates too strongly with one that is kept already.

    Functions come in the order of the columns: radial ones, which are cheap, before angular ones. With a
    ``count`` the threshold is lowered until no more are left.
    """
    correlation = np.abs(correlations(values))
    threshold = selection.threshold if selection.threshold is not None else 1.0
    kept = _uncorrelated(correlation, threshold)
    if selection.count is None or len(kept) <= selection.count:
        return kept
    low, high = 0.0, threshold
    for _ in range(50):
        middle = 0.5 * (low + high)
        found = _uncorrelated(correlation, middle)
        if len(found) <= selection.count:
            low, kept = middle, found
        else:
            high = middle
    return kept[: selection.count]


def _uncorrelated(correlation: Array, threshold: float) -> Integers:
    kept: list[int] = []
    for number, row in enumerate(correlation):
        if not kept or row[kept].max() <= threshold:
            kept.append(number)
    return np.array(kept)


def by_cur(values: Array, selection: Selection) -> Integers:
    """The functions from which all others are best rebuilt as linear combinations.

    Each step takes the function with the largest weight in the leading principal component (its leverage
    score), then takes out of all others what they have in common with it. Source: Imbalzano et al.,
    J. Chem. Phys. 148, 241730 (2018), section II B, with k = 1 and standardised columns.
    """
    left = correlations(values)
    chosen: list[int] = []
    for _ in range(min(selection.count or len(left), len(left))):
        leading = np.linalg.eigh(left)[1][:, -1] ** 2
        leading[chosen] = 0.0
        leading[np.diag(left) < EXHAUSTED] = 0.0
        best = int(leading.argmax())
        if leading[best] == 0.0:
            break
        chosen.append(best)
        column = left[:, best] / np.sqrt(left[best, best])
        left = left - np.outer(column, column)
    return np.array(sorted(chosen))


_METHODS = {"range": by_range, "correlation": by_correlation, "cur": by_cur}


def correlations(values: Array) -> Array:
    """Correlation matrix (F, F) of functions (n, F) that all vary."""
    centred = values - values.mean(axis=0)
    scaled = centred / np.linalg.norm(centred, axis=0)
    return np.asarray(scaled.T @ scaled)
