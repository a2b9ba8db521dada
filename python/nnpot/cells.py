"""The volume of a cell: what a stress is divided by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ase import Atoms

FLAT = 1e-12
"""A share of the product of the three lengths: a smaller volume is that of vectors in one plane."""


def cell_volume(atoms: Atoms) -> float | None:
    """The volume of the cell in Å³, None where there are not three vectors that span one.

    It does not ask for periodicity: (1/V) dE/dε exists for a slab or a molecule in a whole cell, too.
    """
    rows = atoms.cell.array
    volume = abs(float(np.linalg.det(rows)))
    return volume if volume > FLAT * float(np.prod(np.linalg.norm(rows, axis=1))) else None
