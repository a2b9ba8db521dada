"""Unit systems of files. Inside nnpot everything is in eV and Å; conversion happens where a file is read."""

from __future__ import annotations

from enum import Enum

from nnpot.errors import InvalidInputError


class UnitSystem(str, Enum):
    """The units in which a file gives its energies and lengths (the names are those of LAMMPS).

    Raises
    ------
    InvalidInputError
        By ``UnitSystem(name)`` for a name that is not a member.
    """

    metal = "metal"
    """eV and Å."""
    real = "real"
    """kcal/mol and Å."""
    atomic = "atomic"
    """Hartree and bohr."""

    @classmethod
    def _missing_(cls, value: object) -> UnitSystem:
        raise InvalidInputError(f"unknown unit system {value!r}; choose {UNIT_CHOICES}")

    @property
    def energy(self) -> float:
        """One unit of energy in eV."""
        return {UnitSystem.metal: 1.0, UnitSystem.real: KCAL_PER_MOL, UnitSystem.atomic: HARTREE}[self]

    @property
    def length(self) -> float:
        """One unit of length in Å."""
        return BOHR if self is UnitSystem.atomic else 1.0


# CODATA 2018, the numbers of the C++ core (cpp/src/units.cpp), not the older ones of ase.units: a model and a
# structure in Hartree and bohr are to meet in the same eV and Å.
KCAL_PER_MOL = 4184.0 / (6.02214076e23 * 1.602176634e-19)
HARTREE = 27.211386245988
BOHR = 0.529177210903

UNIT_CHOICES = "metal (eV, Å), real (kcal/mol, Å) or atomic (Hartree, bohr)"
