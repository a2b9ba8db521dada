"""From the section ``descriptor`` of a configuration to the lines of input.nn that name every function."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations_with_replacement, product

from ase import Atoms

from nnpot import _core
from nnpot.descriptors.automatic import automatic_lines
from nnpot.descriptors.sampling import nearest_distances
from nnpot.descriptors.settings import DescriptorConfig, SymmetryFunctionGrid
from nnpot.errors import InvalidInputError, NnpotError
from nnpot.limits import LARGEST_LENGTH
from nnpot.messages import shortened

_TYPES = {"radial": 2, "angular_narrow": 3, "angular_wide": 9}


def symmetry_function_lines(
    config: DescriptorConfig,
    elements: Sequence[str],
    nearest: Mapping[tuple[str, str], float] | None = None,
) -> list[str]:
    """The functions of all elements, as text after ``symfunction_short``.

    Parameters
    ----------
    config
        Automatic set, grids and single lines.
    elements
        Symbols of the elements; each becomes a center, and all of them neighbours.
    nearest
        How close the pairs of elements come, for the automatic set; see `automatic_lines`.

    Returns
    -------
    list of str
        For example ``"Si 2 Si 0.5 0.0 3.9"``; without repeats, in the order of the configuration.

    Raises
    ------
    InvalidInputError
        If a line is no symmetry function, or names an element that the data do not have.
    """
    lines: list[str] = []
    if config.automatic_set is not None:
        lines += automatic_lines(elements, config.cutoff, nearest, config.automatic_set)
    for grid in config.symmetry_functions:
        lines += _grid_lines(grid, config.cutoff, elements)
    for number, line in enumerate(config.lines):
        words = line.removeprefix("symfunction_short").strip()
        _require_valid(words, number, elements)
        lines.append(words)
    return list(dict.fromkeys(lines))


def candidate_lines(config: DescriptorConfig, elements: Sequence[str], frames: Sequence[Atoms]) -> list[str]:
    """`symmetry_function_lines` with the nearest distances of the (training) frames."""
    nearest = None if config.automatic_set is None else nearest_distances(frames, config.cutoff)
    return symmetry_function_lines(config, elements, nearest)


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


def _require_valid(line: str, number: int, elements: Sequence[str]) -> None:
    for word in line.split():
        if word[0].isupper() and word not in elements:
            raise InvalidInputError(
                f"descriptor.lines[{number}] names element {word!r}, but the data have {', '.join(elements)}"
            )
    try:
        others = [f"{element} 2 {element} 1.0 0.0 1.0" for element in elements]  # each needs one
        cutoff = _core.SymmetryFunctions(list(elements), [line, *others], 1).cutoff
    except NnpotError as error:
        raise InvalidInputError(f"descriptor.lines[{number}] ({shortened(line)}): {error}") from error
    if cutoff > LARGEST_LENGTH:
        raise InvalidInputError(
            f"descriptor.lines[{number}]: expected a cutoff of at most {LARGEST_LENGTH:g} Å, got {cutoff:g}"
        )
