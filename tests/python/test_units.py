"""Unit systems."""

from __future__ import annotations

import ase.units
import pytest

from nnpot import InvalidInputError
from nnpot.units import UnitSystem


def test_metal_units_are_the_ones_inside() -> None:
    assert (UnitSystem.metal.energy, UnitSystem.metal.length) == (1.0, 1.0)


def test_factors_agree_with_ase() -> None:
    """To 1e-7 only: ASE's constants are from CODATA 2014."""
    assert UnitSystem("real").energy == pytest.approx(ase.units.kcal / ase.units.mol, rel=1e-7)
    assert UnitSystem("real").length == 1.0
    assert UnitSystem("atomic").energy == pytest.approx(ase.units.Hartree, rel=1e-7)
    assert UnitSystem("atomic").length == pytest.approx(ase.units.Bohr, rel=1e-7)


def test_an_unknown_system_is_refused_with_the_choices() -> None:
    with pytest.raises(InvalidInputError, match="'si'.*metal.*real.*atomic"):
        UnitSystem("si")
