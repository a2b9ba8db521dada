"""``pair_style nnp precision mixed``: the same numbers as in Python, and the grammar."""

from __future__ import annotations

from pathlib import Path

import pytest
from lammps_command import (
    assert_close,
    failure,
    lammps_orientation,
    preamble,
    single_point,
    voigt,
    write_data,
)
from structures import structure

import nnpot

SYMBOLS = ("Si", "O")


def pair(model: Path, options: str) -> str:
    """The two commands."""
    return f"pair_style nnp {options}\npair_coeff * * '{model}' Si O\n"


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("name", ["triclinic", "small_cell", "slab", "cluster"])
def test_mixed_is_what_it_is_in_python(name: str, ranks: int, model_directory: Path, tmp_path: Path) -> None:
    """Up to the order of the neighbors, in which sums of single precision are rounded."""
    atoms = lammps_orientation(structure(name))
    found = single_point(atoms, SYMBOLS, pair(model_directory, "precision mixed"), tmp_path, ranks)
    expected = nnpot.load(model_directory, precision="mixed").predict(atoms)
    double = nnpot.load(model_directory).predict(atoms)
    assert found.energy != pytest.approx(double.energy, rel=1e-11)
    assert found.energy == pytest.approx(expected.energy, rel=1e-7)
    assert_close(found.forces, expected.forces, 2e-6)
    assert_close(found.virial, voigt(expected.virial), 2e-6)


def test_precision_and_units_in_either_order(model_directory: Path, tmp_path: Path) -> None:
    atoms = structure("liquid")
    energies = [
        single_point(atoms, SYMBOLS, pair(model_directory, options), tmp_path).energy
        for options in (
            "precision mixed",
            "units metal precision mixed",
            "precision mixed units metal",
            "precision double",
            "precision double units metal",
            "",
        )
    ]
    assert energies[0] == energies[1] == energies[2]
    assert energies[3] == energies[4] == energies[5]
    assert energies[0] != energies[3]


@pytest.mark.parametrize(
    ("options", "came"),
    [
        ("precision", "precision "),
        ("precision single", "precision single"),
        ("precision mixed units", "units "),
        ("units metal precision MIXED", "precision MIXED"),
        ("mixed", "mixed "),
    ],
)
def test_wrong_precision(options: str, came: str, model_directory: Path, tmp_path: Path) -> None:
    write_data(tmp_path / "data", structure("crystal"), SYMBOLS)
    line = failure(preamble(structure("crystal")) + pair(model_directory, options), tmp_path)
    assert "expected 'pair_style nnp [units metal|real|atomic] [precision double|mixed] [" in line
    assert f"got '{came}'" in line
