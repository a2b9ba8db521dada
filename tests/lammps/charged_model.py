"""The charges of the models that LAMMPS's k-space completes."""

from __future__ import annotations

from ase import Atoms

RADIUS = 4.6
"""Å, of the symmetry functions."""
REAL_CUTOFF = 6.2
"""Å, of the part in real space: farther, so that it has a neighbor list of its own."""
CHARGES = {"Si": 1.2, "O": -1.2}
ALPHA = 3.5 / REAL_CUTOFF
"""1/Å"""
FORMS = ("full", "reciprocal")


def charges_of(atoms: Atoms) -> list[float]:
    """In e, of each atom."""
    return [CHARGES[symbol] for symbol in atoms.symbols]
