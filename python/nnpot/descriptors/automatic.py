"""A set of symmetry functions from elements and cutoff alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement, product

import numpy as np

from nnpot.descriptors.sampling import pair_key
from nnpot.descriptors.settings import AutomaticSet
from nnpot.errors import InvalidInputError


@dataclass(frozen=True)
class Density:
    """How many functions there are for each pair and each triplet of elements."""

    n_radial: int  # radial Gaussians
    n_angular: int  # Gaussians of the angular functions: half of them shifted, half centred at 0
    zeta: tuple[float, ...]  # exponents of the angles: each is there with lambda = -1 and +1


RESOLUTIONS = {
    "coarse": Density(8, 4, (1.0, 4.0)),
    "medium": Density(12, 6, (1.0, 2.0, 4.0)),
    "fine": Density(16, 8, (1.0, 2.0, 4.0, 8.0)),
}

NEAREST_SHARE = 0.4  # the nearest distance where there are no data, as a share of the cutoff

LARGEST_SHARE = 0.8  # shifts begin at this share of the cutoff at the latest

RADIAL_WIDTH, ANGULAR_WIDTH = 2.0, 1.0
"""Standard deviation of the shifted Gaussians, in spacings of their shifts."""

LARGEST_ETA = 1.4  # of the Gaussians that are centred at 0, in units of 1 / nearest distance squared

DIGITS = 4  # of shifts and exponents in the lines


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
        start = begin[pair_key(center, neighbor)]
        for eta, shift in _gaussians(start, cutoff, density.n_radial, RADIAL_WIDTH):
            lines.append(f"{center} 2 {neighbor} {eta!r} {shift!r} {cutoff!r}")
    for center in elements:
        for first, second in combinations_with_replacement(elements, 2):
            start = max(begin[pair_key(center, first)], begin[pair_key(center, second)])
            lines += _angular(f"{center} 9 {first} {second}", start, cutoff, density)
    return lines


def _density(options: AutomaticSet, n_elements: int) -> Density:
    density = RESOLUTIONS[options.resolution or ("medium" if n_elements == 1 else "coarse")]
    return Density(
        density.n_radial if options.n_radial is None else options.n_radial,
        density.n_angular if options.n_angular is None else options.n_angular,
        density.zeta if options.zeta is None else tuple(options.zeta),
    )


def _angular(words: str, start: float, cutoff: float, density: Density) -> Iterator[str]:
    n_centred = density.n_angular // 2
    gaussians = [
        *_centred_gaussians(start, n_centred),
        *_gaussians(start, cutoff, density.n_angular - n_centred, ANGULAR_WIDTH),
    ]
    for eta, shift in gaussians:
        for zeta, lambda_ in product(density.zeta, (-1.0, 1.0)):
            yield f"{words} {eta!r} {lambda_!r} {zeta!r} {cutoff!r} {shift!r}"


def _gaussians(start: float, end: float, n: int, width: float) -> Iterator[tuple[float, float]]:
    """eta and r_shift of n Gaussians, evenly spaced from ``start``; at ``end`` would be the next one."""
    spacing = (end - start) / max(n, 1)
    eta = round(0.5 / (width * spacing) ** 2, DIGITS)
    for shift in np.round(start + spacing * np.arange(n), DIGITS):
        yield eta, float(shift)


def _centred_gaussians(start: float, n: int) -> Iterator[tuple[float, float]]:
    """eta and 0 of n Gaussians; the widest is constant.

    Shifted Gaussians of both distances see pairs of neighbours at nearly the same distance. These see the
    other pairs too, such as one of the first and one of the second shell, and fall at different rates.
    """
    for number in range(n):
        share = number / (n - 1) if n > 1 else 0.5
        yield round(LARGEST_ETA * share**1.5 / start**2, DIGITS), 0.0
