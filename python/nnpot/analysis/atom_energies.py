"""Energies of single atoms, from the energies of frames."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

import numpy as np
from ase import Atoms
from ase.data import atomic_numbers

from nnpot.errors import InvalidInputError
from nnpot.io.labels import results_of
from nnpot.support.arrays import Array

logger = logging.getLogger(__name__)


def elements_of(frames: Sequence[Atoms]) -> list[str]:
    """Symbols of all elements that occur, by atomic number."""
    return sorted(
        {symbol for frame in frames for symbol in frame.symbols.species()}, key=atomic_numbers.__getitem__
    )


def fit_atom_energies(frames: Sequence[Atoms], given: Mapping[str, float] | None = None) -> dict[str, float]:
    """The energy of a single atom of each element, from at least one frame with an energy.

    Least squares of Σ over the atoms against the frames' energies, per atom; the shortest solution where the
    compositions do not decide, which is said. Energies that are ``given`` (eV) are kept; `InvalidInputError`
    if one is of an element that no frame has.
    """
    given = given or {}
    elements = elements_of(frames)
    strange = sorted(set(given) - set(elements))
    if strange:
        raise InvalidInputError(
            f"data.atom_energies names {', '.join(strange)}, which no training frame has "
            f"(they have {', '.join(elements)})"
        )
    free = [element for element in elements if element not in given]
    found = dict(given)
    if free:
        found |= _least_squares(frames, free, given)
    return {element: float(found[element]) for element in elements}


def least_squares_atoms(frames: Sequence[Atoms], energies: Array) -> dict[int, float]:
    """The energies of single atoms (eV) by atomic number, from total energies (eV) of frames.

    They are the shortest least-squares solution; where the compositions do not decide, nothing is said.
    """
    elements = np.unique(np.concatenate([frame.numbers for frame in frames])).tolist()
    counts = np.array([[np.count_nonzero(frame.numbers == z) for z in elements] for frame in frames])
    sizes = counts.sum(axis=1)
    found = np.linalg.lstsq(counts / sizes[:, None], energies / sizes, rcond=None)[0]
    return dict(zip(elements, found.tolist(), strict=True))


def energy_of_atoms(frame: Atoms, atoms: Mapping[int, float]) -> float:
    """The sum over the atoms of a frame, eV."""
    return float(sum(atoms[z] for z in frame.numbers.tolist()))


def _least_squares(frames: Sequence[Atoms], free: list[str], given: Mapping[str, float]) -> dict[str, float]:
    symbols = [frame.symbols for frame in frames]
    counts = np.array([[np.count_nonzero(own == element) for element in free] for own in symbols])
    known = [sum(e * np.count_nonzero(own == element) for element, e in given.items()) for own in symbols]
    energies = np.array([results_of(frame)["energy"] for frame in frames]) - known
    weights = 1.0 / np.array([len(frame) for frame in frames])
    fitted, _, rank, _ = np.linalg.lstsq(counts * weights[:, None], energies * weights, rcond=None)
    if rank < len(free):
        logger.warning(
            "the frames' compositions do not determine the energies of single atoms (%s): energies of "
            "other compositions will mean nothing; give data.atom_energies if you need them",
            ", ".join(free),
        )
    return dict(zip(free, fitted, strict=True))
