"""The lines of input.nn that name every symmetry function: of an automatic set, of grids, or as given."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement, product

import numpy as np
from ase import Atoms

from nnpot import _core
from nnpot.descriptors.sampling import nearest_distances, pair_key
from nnpot.descriptors.settings import AutomaticSet, DescriptorConfig, SymmetryFunctionGrid
from nnpot.errors import InvalidInputError, NnpotError
from nnpot.support.limits import LARGEST_LENGTH
from nnpot.support.messages import shortened
from nnpot.units import UnitSystem


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


logger = logging.getLogger(__name__)
MANY_NEIGHBORS, MOST_NEIGHBORS = 400, 10_000
"""Within 8 Å a metal has some 180. Beyond the second, one angular function takes seconds for each atom."""
SAME_CUTOFF = 0.01  # Å: what a cutoff radius that was written in another unit may be rounded by
_TYPES = {"radial": 2, "angular_narrow": 3, "angular_wide": 9}


def symmetry_function_lines(
    config: DescriptorConfig, elements: Sequence[str], nearest: Mapping[tuple[str, str], float] | None = None
) -> list[str]:
    """The functions of all elements, as text after ``symfunction_short``, as ``"Si 2 Si 0.5 0.0 3.9"``.

    They are those of the automatic set, the grids and the single lines of ``config``, without repeats and in
    this order; each element becomes a center, and all of them neighbours. The automatic set begins where the
    pairs of elements come ``nearest`` (see `automatic_lines`). Raises `InvalidInputError` if a line is no
    symmetry function, names an element that the data do not have, or has another cutoff radius than the
    section.
    """
    lines: list[str] = []
    if config.automatic_set is not None:
        lines += automatic_lines(elements, config.cutoff, nearest, config.automatic_set)
    for grid in config.symmetry_functions:
        lines += _grid_lines(grid, config.cutoff, elements)
    return list(dict.fromkeys(lines + _given_lines(config, elements)))


def _given_lines(config: DescriptorConfig, elements: Sequence[str]) -> list[str]:
    """``lines`` in Å; their cutoffs must be that of the section."""
    unit = None if config.lines_units is None else UnitSystem(config.lines_units).length
    lines, largest = [], 0.0
    for number, line in enumerate(config.lines):
        words = line.removeprefix("symfunction_short").strip()
        cutoff = _require_valid(words, number, elements, unit or 1.0)
        if cutoff > config.cutoff + SAME_CUTOFF:
            raise _contradiction(config, f"descriptor.lines[{number}] ({words!r}) reaches", cutoff)
        largest = max(largest, cutoff)
        lines.append(words if unit in (None, 1.0) else _core.symmetry_function_line(words, unit)[0])
    alone = config.automatic is None and not config.symmetry_functions
    if lines and alone and largest < config.cutoff - SAME_CUTOFF:
        raise _contradiction(config, "descriptor.lines reach", largest)
    return lines


def _contradiction(config: DescriptorConfig, what: str, cutoff: float) -> InvalidInputError:
    if config.lines_units is None:
        hint = "lines in bohr need lines_units: atomic"
    else:
        hint = f"lines_units is {config.lines_units}"
    return InvalidInputError(
        f"{what} {cutoff:.6g} Å, but descriptor.cutoff is {config.cutoff:.6g} Å; "
        f"give both the same radius ({hint})"
    )


def candidate_lines(config: DescriptorConfig, elements: Sequence[str], frames: Sequence[Atoms]) -> list[str]:
    """`symmetry_function_lines` with the nearest distances of the (training) frames.

    Raises `InvalidInputError` as there, and if an atom has more neighbors than any computer can sum over
    triplets of.
    """
    _limit_neighbors(config.cutoff, frames)
    nearest = None if config.automatic_set is None else nearest_distances(frames, config.cutoff)
    return symmetry_function_lines(config, elements, nearest)


def _limit_neighbors(cutoff: float, frames: Sequence[Atoms]) -> None:
    """A cutoff in the wrong unit keeps a machine busy for hours before it says anything."""
    densities = [len(frame) / frame.cell.volume for frame in frames if frame.pbc.all()]
    n_neighbors = 4.0 / 3.0 * math.pi * cutoff**3 * max(densities, default=0.0)
    if n_neighbors > MOST_NEIGHBORS:
        raise InvalidInputError(
            f"descriptor.cutoff: expected at most {MOST_NEIGHBORS} neighbors of an atom, got some "
            f"{n_neighbors:.0f} within {cutoff:g} Å; take a smaller one, in Å (usual are 4 to 8)"
        )
    if n_neighbors > MANY_NEIGHBORS:
        logger.warning(
            "descriptor.cutoff: within %g Å an atom has some %.0f neighbors, and angular functions take time "
            "with their square; is it meant in Å? Usual are 4 to 8",
            cutoff,
            n_neighbors,
        )


def _grid_lines(grid: SymmetryFunctionGrid, cutoff: float, elements: Sequence[str]) -> Iterator[str]:
    rc = grid.cutoff or cutoff
    number = _TYPES[grid.type]
    if grid.type == "radial":
        for center, neighbor in product(elements, repeat=2):
            for eta, shift in product(grid.eta, grid.r_shift):
                yield f"{center} {number} {neighbor} {eta!r} {shift!r} {rc!r}"
        return
    for center in elements:
        for first, second in combinations_with_replacement(elements, 2):
            for eta, shift, zeta, lambda_ in product(grid.eta, grid.r_shift, grid.zeta, grid.lambda_):
                yield f"{center} {number} {first} {second} {eta!r} {lambda_!r} {zeta!r} {rc!r} {shift!r}"


def _require_valid(line: str, number: int, elements: Sequence[str], unit: float) -> float:
    """The cutoff radius of a line in Å; ``unit`` is that of its lengths."""
    for word in line.split():
        if word[0].isupper() and word not in elements:
            raise InvalidInputError(
                f"descriptor.lines[{number}] names element {word!r}, but the data have {', '.join(elements)}"
            )
    try:
        others = [f"{element} 2 {element} 1.0 0.0 1.0" for element in elements]  # each needs one
        in_angstrom, cutoff = _core.symmetry_function_line(line, unit)
        _core.SymmetryFunctions(list(elements), [in_angstrom, *others], 1)
    except NnpotError as error:
        raise InvalidInputError(f"descriptor.lines[{number}] ({shortened(line)}): {error}") from error
    if cutoff > LARGEST_LENGTH:
        raise InvalidInputError(
            f"descriptor.lines[{number}]: expected a cutoff of at most {LARGEST_LENGTH:g} Å, got {cutoff:g}"
        )
    return float(cutoff)
