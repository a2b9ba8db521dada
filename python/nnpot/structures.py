"""Structures as the C++ core takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nnpot import _core

if TYPE_CHECKING:
    from ase import Atoms


def structure_of(atoms: Atoms) -> _core.Structure:
    """The positions, elements and cell of a frame, copied.

    Raises
    ------
    InvalidInputError
        If a number is that of no element, or the cell does not repeat in its periodic directions.
    """
    return _core.Structure(atoms.positions, atoms.numbers, atoms.cell.array, atoms.pbc)
