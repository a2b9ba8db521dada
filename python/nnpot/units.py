"""Unit systems of files. Inside nnpot everything is in eV and Å; conversion happens where a file is read."""

from __future__ import annotations

from enum import StrEnum

from nnpot.errors import InvalidInputError


class UnitSystem(StrEnum):
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
        from ase import units  # not at the top: brings numpy, and `nnpot --help` is to be instant

        factors = {"metal": units.eV, "real": units.kcal / units.mol, "atomic": units.Hartree}
        return float(factors[self.value])

    @property
    def length(self) -> float:
        """One unit of length in Å."""
        from ase import units

        return float(units.Bohr if self is UnitSystem.atomic else units.Angstrom)


UNIT_CHOICES = "metal (eV, Å), real (kcal/mol, Å) or atomic (Hartree, bohr)"
