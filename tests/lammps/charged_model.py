"""The charges of the models that LAMMPS's k-space completes."""

from __future__ import annotations

from ase import Atoms

RADIUS = 4.6
"""Å, of the symmetry functions and of the part in real space."""
CHARGES = {"Si": 1.2, "O": -1.2}
ALPHA = 3.5 / RADIUS
"""1/Å"""
FORMS = ("full", "reciprocal")


def charges_of(atoms: Atoms) -> list[float]:
    """In e, of each atom."""
    return [CHARGES[symbol] for symbol in atoms.symbols]
