"""A set of symmetry functions from elements and cutoff alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations_with_replacement, product

import numpy as np

from nnpot.descriptors.sampling import pair_key
from nnpot.descriptors.settings import AutomaticSet
from nnpot.errors import InvalidInputError


@dataclass(frozen=True)
class Density:
    """How many functions there are for each pair and each triplet of elements."""

    n_radial: int
    """Shifts of the radial functions."""
    n_angular: int
    """Shifts of the angular functions."""
    zeta: tuple[float, ...]
    """Their exponents: each is there with lambda = -1 and +1."""


RESOLUTIONS = {
    "coarse": Density(8, 2, (1.0, 4.0)),
    "medium": Density(12, 4, (1.0, 2.0, 4.0, 8.0)),
    "fine": Density(16, 6, (1.0, 2.0, 4.0, 8.0, 16.0)),
}

NEAREST_SHARE = 0.4
"""The nearest distance where there are no data, as a share of the cutoff."""

LARGEST_SHARE = 0.8
"""Shifts begin at this share of the cutoff at the latest."""

RADIAL_WIDTH, ANGULAR_WIDTH = 1.0, 1.0
"""Standard deviation of the Gaussians, in spacings of their shifts."""

DIGITS = 4
"""Of shifts and exponents in the lines."""


def automatic_lines(
    elements: Sequence[str],
    cutoff: float,
    nearest: Mapping[tuple[str, str], float] | None = None,
    options: AutomaticSet | None = None,
) -> list[str]:
    """Shifted radial Gaussians for all pairs, and an angular grid for all triplets of elements.

    Parameters
    ----------
    elements
        Symbols.
    cutoff
        r_c in Å.
    nearest
        Per sorted pair of symbols how close they come, in Å (`nearest_distances`): there the Gaussians
        begin. Of a pair that is missing it is 0.4 r_c.
    options
        How dense; without it ``medium`` for one element and ``coarse`` for more.

    Returns
    -------
    list of str
        Lines as after ``symfunction_short`` in input.nn, for example ``"Si 2 Si 4.0 2.1 5.0"``.

    Raises
    ------
    InvalidInputError
        If the cutoff is not positive.
    """
    if not cutoff > 0.0:
        raise InvalidInputError(f"cutoff must be > 0 (Å), got {cutoff:g}")
    density = _density(options or AutomaticSet(), len(elements))
    begin = {
        pair: min((nearest or {}).get(pair, NEAREST_SHARE * cutoff), LARGEST_SHARE * cutoff)
        for pair in (pair_key(*both) for both in combinations_with_replacement(elements, 2))
    }
    lines: list[str] = []
    for center, neighbor in product(elements, repeat=2):
        lines += _radial(center, neighbor, begin[pair_key(center, neighbor)], cutoff, density)
    for center in elements:
        for first, second in combinations_with_replacement(elements, 2):
            start = max(begin[pair_key(center, first)], begin[pair_key(center, second)])
            lines += _angular(f"{center} 9 {first} {second}", start, cutoff, density)
    return lines


def _density(options: AutomaticSet, n_elements: int) -> Density:
    density = RESOLUTIONS[options.resolution or ("medium" if n_elements == 1 else "coarse")]
    given = {
        "n_radial": options.n_radial,
        "n_angular": options.n_angular,
        "zeta": tuple(options.zeta) if options.zeta else None,
    }
    return replace(density, **{name: value for name, value in given.items() if value is not None})


def _radial(center: str, neighbor: str, start: float, cutoff: float, density: Density) -> Iterator[str]:
    for eta, shift in _gaussians(start, cutoff, density.n_radial, RADIAL_WIDTH):
        yield f"{center} 2 {neighbor} {eta!r} {shift!r} {cutoff!r}"


def _angular(words: str, start: float, cutoff: float, density: Density) -> Iterator[str]:
    for eta, shift in _gaussians(start, cutoff, density.n_angular, ANGULAR_WIDTH):
        for zeta, lambda_ in product(density.zeta, (-1.0, 1.0)):
            yield f"{words} {eta!r} {lambda_!r} {zeta!r} {cutoff!r} {shift!r}"


def _gaussians(start: float, end: float, n: int, width: float) -> Iterator[tuple[float, float]]:
    """eta and r_shift of n Gaussians, evenly spaced from ``start``; at ``end`` would be the next one."""
    spacing = (end - start) / max(n, 1)
    eta = round(0.5 / (width * spacing) ** 2, DIGITS)
    for shift in np.round(start + spacing * np.arange(n), DIGITS):
        yield eta, float(shift)
