"""LAMMPS, Python and ASE give the same energy, forces and stress, on any number of ranks."""

from __future__ import annotations

from pathlib import Path

import pytest
from ase import Atoms
from lammps_command import KCAL_PER_MOL, assert_close, lammps_orientation, single_point, voigt
from structures import RIGHT_HANDED, structure

import nnpot

SYMBOLS = ("Si", "O")


@pytest.mark.parametrize("ranks", [1, 2, 4])
@pytest.mark.parametrize("name", RIGHT_HANDED)
def test_lammps_and_python_agree(name: str, ranks: int, model_directory: Path, tmp_path: Path) -> None:
    atoms = lammps_orientation(structure(name))
    pair = f"pair_style nnp\npair_coeff * * {model_directory} Si O"
    found = single_point(atoms, SYMBOLS, pair, tmp_path, ranks)
    expected = nnpot.load(model_directory).predict(atoms)
    assert found.energy == pytest.approx(expected.energy, rel=1e-10)
    assert_close(found.forces, expected.forces, 1e-10)
    assert_close(found.virial, voigt(expected.virial), 1e-10)
    assert_close(found.atomic_energies, expected.atomic_energies, 1e-10)


@pytest.mark.parametrize("name", ["triclinic", "small_cell"])
def test_lammps_and_ase_agree(name: str, model_directory: Path, tmp_path: Path) -> None:
    atoms = lammps_orientation(structure(name))
    pair = f"pair_style nnp\npair_coeff * * {model_directory} Si O"
    found = single_point(atoms, SYMBOLS, pair, tmp_path, ranks=2)
    atoms.calc = nnpot.Calculator(model_directory)
    assert found.energy == pytest.approx(atoms.get_potential_energy(), rel=1e-10)
    assert_close(found.forces, atoms.get_forces(), 1e-10)
    assert_close(-found.virial / atoms.get_volume(), atoms.get_stress(), 1e-10)


def test_ranks_without_atoms(model_directory: Path, tmp_path: Path) -> None:
    atoms = structure("cluster")
    atoms.positions += 2.0 - atoms.positions.min(0)
    atoms.set_cell([60.0, 10.0, 10.0])
    atoms.set_pbc(True)
    pair = f"pair_style nnp\npair_coeff * * {model_directory} Si O"
    found = single_point(atoms, SYMBOLS, pair, tmp_path, ranks=4)
    assert "4 by 1 by 1 MPI processor grid" in (tmp_path / "log.lammps").read_text()
    expected = nnpot.load(model_directory).predict(atoms)
    assert found.energy == pytest.approx(expected.energy, rel=1e-10)
    assert_close(found.forces, expected.forces, 1e-10)


def test_units_real(model_directory: Path, tmp_path: Path) -> None:
    atoms = lammps_orientation(structure("triclinic"))
    pair = f"pair_style nnp\npair_coeff * * {model_directory} Si O"
    found = single_point(atoms, SYMBOLS, pair, tmp_path, style="real")
    expected = nnpot.load(model_directory).predict(atoms)
    # ASE's CODATA 2014 and the plugin's CODATA 2018 differ in the 9th digit
    assert found.energy * KCAL_PER_MOL == pytest.approx(expected.energy, rel=1e-7)
    ratio = expected.energy / found.energy
    assert_close(found.forces * ratio, expected.forces, 1e-10)
    assert_close(found.virial * ratio, voigt(expected.virial), 1e-10)
    assert_close(found.atomic_energies * ratio, expected.atomic_energies, 1e-10)


def test_model_that_does_not_state_its_units(model_directory: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    bare.mkdir()
    for file in model_directory.iterdir():
        if file.name != "model.info":
            (bare / file.name).write_bytes(file.read_bytes())
    atoms = structure("crystal")
    for units in ("metal", "atomic"):
        found = single_point(
            atoms, SYMBOLS, f"pair_style nnp units {units}\npair_coeff * * bare Si O", tmp_path
        )
        expected = nnpot.load(bare, units=units).predict(atoms)
        assert found.energy == pytest.approx(expected.energy, rel=1e-10)
        assert_close(found.forces, expected.forces, 1e-10)


def test_one_atom_alone(model_directory: Path, tmp_path: Path) -> None:
    atoms = Atoms("Si", cell=[20.0, 20.0, 20.0], pbc=True)
    found = single_point(atoms, ("Si",), f"pair_style nnp\npair_coeff * * {model_directory} Si", tmp_path)
    assert found.energy == pytest.approx(nnpot.load(model_directory).predict(atoms).energy, rel=1e-12)
    assert not found.forces.any() and not found.virial.any()
