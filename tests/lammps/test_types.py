"""LAMMPS types: several for one element, NULL for those that the potential does not see, hybrid styles."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from lammps_command import assert_close, single_point
from structures import structure

import nnpot

# Si, O, and a second O
TYPES = [1 if symbol == "Si" else 2 + i // 2 % 2 for i, symbol in enumerate(structure("liquid").symbols)]


@pytest.mark.parametrize("ranks", [1, 2])
def test_two_types_of_one_element(ranks: int, model_directory: Path, tmp_path: Path) -> None:
    atoms = structure("liquid")
    assert set(TYPES) == {1, 2, 3}
    pair = f"pair_style nnp\npair_coeff * * {model_directory} Si O O"
    found = single_point(atoms, ("Si", "O", "O"), pair, tmp_path, ranks, types=TYPES)
    expected = nnpot.load(model_directory).predict(atoms)
    assert found.energy == pytest.approx(expected.energy, rel=1e-10)
    assert_close(found.forces, expected.forces, 1e-10)


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize(
    ("style", "prefix"),
    [("nnp", ""), ("hybrid/overlay nnp zero 7.0", "nnp "), ("hybrid/overlay nnp lj/cut 7.0", "nnp ")],
)
def test_null_atoms_are_not_there(
    style: str, prefix: str, ranks: int, model_directory: Path, tmp_path: Path
) -> None:
    atoms = structure("liquid")
    pair = f"pair_style {style}\npair_coeff * * {prefix}{model_directory} Si O NULL\n"
    if "zero" in style:
        pair += "pair_coeff * * zero\n"
    if "lj/cut" in style:
        pair += "pair_coeff * * lj/cut 0.0 3.0\n"
    found = single_point(atoms, ("Si", "O", "O"), pair, tmp_path, ranks, types=TYPES)
    seen = np.array(TYPES) != 3
    expected = nnpot.load(model_directory).predict(atoms[seen])
    assert found.energy == pytest.approx(expected.energy, rel=1e-10)
    assert_close(found.forces[seen], expected.forces, 1e-10)
    assert not found.forces[~seen].any()


def test_overlay_adds_another_potential(model_directory: Path, tmp_path: Path) -> None:
    atoms = structure("liquid")
    lj = "lj/cut 6.0\npair_coeff * * {}0.05 2.0\n"
    alone = single_point(atoms, ("Si", "O"), "pair_style " + lj.format(""), tmp_path)
    pair = f"pair_style hybrid/overlay nnp {lj.format('lj/cut ')}pair_coeff * * nnp {model_directory} Si O"
    both = single_point(atoms, ("Si", "O"), pair, tmp_path, ranks=2)
    expected = nnpot.load(model_directory).predict(atoms)
    assert both.energy == pytest.approx(expected.energy + alone.energy, rel=1e-10)
    assert_close(both.forces, expected.forces + alone.forces, 1e-10)


def test_hybrid_gives_each_type_its_potential(model_directory: Path, tmp_path: Path) -> None:
    atoms = structure("liquid")
    pair = f"""pair_style hybrid nnp lj/cut 6.0
pair_coeff * * nnp {model_directory} Si NULL
pair_coeff 2 2 lj/cut 0.05 2.0
pair_coeff 1 2 lj/cut 0.0 2.0
"""
    found = single_point(atoms, ("Si", "O"), pair, tmp_path, ranks=2)
    silicon = atoms.numbers == 14
    expected = nnpot.load(model_directory).predict(atoms[silicon])
    assert_close(found.forces[silicon], expected.forces, 1e-10)
    assert np.abs(found.forces[~silicon]).max() > 1e-3
