"""The lines of input.nn that name every function which the section ``descriptor`` asks for."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations_with_replacement, product

from ase import Atoms

from nnpot import _core
from nnpot.descriptors.automatic import automatic_lines
from nnpot.descriptors.sampling import nearest_distances
from nnpot.descriptors.settings import DescriptorConfig, SymmetryFunctionGrid
from nnpot.errors import InvalidInputError, NnpotError
from nnpot.support.limits import LARGEST_LENGTH
from nnpot.support.messages import shortened
from nnpot.units import UnitSystem

logger = logging.getLogger(__name__)

MANY_NEIGHBORS, MOST_NEIGHBORS = 400, 10_000
"""Within 8 Å a metal has some 180. Beyond the second, one angular function takes seconds for each atom."""

SAME_CUTOFF = 0.01  # Å: what a cutoff radius that was written in another unit may be rounded by

_TYPES = {"radial": 2, "angular_narrow": 3, "angular_wide": 9}


def symmetry_function_lines(
    config: DescriptorConfig, elements: Sequence[str], nearest: Mapping[tuple[str, str], float] | None = None
) -> list[str]:
    """The functions of all elements, as text after ``symfunction_short``, for example ``"Si 2 Si 0.5 0.0
    3.9"``.

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
