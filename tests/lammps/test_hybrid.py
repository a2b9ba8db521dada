"""Pair style nnp beside other styles, and beside itself: the results are the sums of those of the parts."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from lammps_command import (
    SinglePoint,
    assert_close,
    lammps_orientation,
    preamble,
    run_successfully,
    single_point,
    voigt,
    write_data,
)
from random_model import random_model
from structures import NAMES, structure

import nnpot

SYMBOLS = ("Si", "O")
RADIAL = [
    f"{center} 2 {other} {eta} 0.0 5.2"
    for center in ("Si", "O")
    for other in ("Si", "O")
    for eta in (0.1, 0.6)
]
ZBL = "pair_coeff 1 1 {0}14 14\npair_coeff 1 2 {0}14 8\npair_coeff 2 2 {0}8 8\n"
MODEL_LINES = [*RADIAL, "Si 9 O Si 0.1 1.0 2.0 4.6", "O 9 Si Si 0.1 -1.0 2.0 4.6"]
COULOMB = {
    "zbl": ("zbl 2.0 2.8", ZBL, ""),
    "coul/cut": ("coul/cut 6.0", "pair_coeff * * {0}\n", ""),
    "coul/long": ("coul/long 6.0", "pair_coeff * * {0}\n", "kspace_style pppm 1e-6\n"),
    "coul/long ewald": ("coul/long 6.0", "pair_coeff * * {0}\n", "kspace_style ewald 1e-6\n"),
    "coul/dsf": ("coul/dsf 0.2 6.0", "pair_coeff * * {0}\n", ""),
}


@pytest.fixture(scope="module")
def other_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another model of the same elements, with another cutoff."""
    directory = tmp_path_factory.mktemp("other")
    random_model([structure(name) for name in NAMES], RADIAL, 6, "p", "sigma", seed=5).write(str(directory))
    return directory


def assert_is_the_sum(both: SinglePoint, atoms: Atoms, model: Path, alone: SinglePoint) -> None:
    """What LAMMPS says of two potentials together is what it and Python say of each."""
    expected = nnpot.load(model).predict(atoms)
    assert np.abs(alone.forces).max() > 0.1, "the other potential is too weak to test anything"
    assert both.energy == pytest.approx(expected.energy + alone.energy, rel=1e-10)
    assert_close(both.forces, expected.forces + alone.forces, 1e-10)
    assert_close(both.virial, voigt(expected.virial) + alone.virial, 1e-10)
    assert_close(both.atomic_energies, expected.atomic_energies + alone.atomic_energies, 1e-10)


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("name", COULOMB)
def test_overlay(name: str, ranks: int, model_directory: Path, tmp_path: Path) -> None:
    atoms = lammps_orientation(structure("triclinic"))
    charges = [1.0 if symbol == "Si" else -1.0 for symbol in atoms.symbols]
    style, coefficients, more = COULOMB[name]
    only = f"pair_style {style}\n" + coefficients.format("") + more
    word = style.split()[0] + " "
    pair = f"pair_style hybrid/overlay nnp {style}\npair_coeff * * nnp {model_directory} Si O\n"
    alone = single_point(atoms, SYMBOLS, only, tmp_path, charges=charges)
    both = single_point(
        atoms, SYMBOLS, pair + coefficients.format(word) + more, tmp_path, ranks, charges=charges
    )
    assert_is_the_sum(both, atoms, model_directory, alone)


@pytest.mark.parametrize("ranks", [1, 2])
def test_hybrid_with_a_repulsion_between_elements(ranks: int, model_directory: Path, tmp_path: Path) -> None:
    atoms = structure("liquid")
    pair = "pair_style hybrid nnp zbl 2.0 2.8\n"
    pair += f"pair_coeff * * nnp {model_directory} Si NULL\npair_coeff 1 2 zbl 14 8\npair_coeff 2 2 zbl 8 8\n"
    only = "pair_style hybrid zbl 2.0 2.8 zero 2.0\npair_coeff 1 1 zero\n"
    only += "pair_coeff 1 2 zbl 14 8\npair_coeff 2 2 zbl 8 8\n"
    alone = single_point(atoms, SYMBOLS, only, tmp_path)
    both = single_point(atoms, SYMBOLS, pair, tmp_path, ranks)
    silicon = atoms.numbers == 14
    expected = nnpot.load(model_directory).predict(atoms[silicon])
    forces = alone.forces.copy()
    forces[silicon] += expected.forces
    assert both.energy == pytest.approx(expected.energy + alone.energy, rel=1e-10)
    assert_close(both.forces, forces, 1e-10)


@pytest.mark.parametrize("ranks", [1, 2])
def test_two_models_in_one_overlay(
    ranks: int, model_directory: Path, other_model: Path, tmp_path: Path
) -> None:
    atoms = lammps_orientation(structure("triclinic"))
    pair = "pair_style hybrid/overlay nnp nnp\n"
    pair += f"pair_coeff * * nnp 1 {model_directory} Si O\npair_coeff * * nnp 2 {other_model} Si O\n"
    alone = single_point(
        atoms, SYMBOLS, f"pair_style nnp\npair_coeff * * {other_model} Si O\n", tmp_path, ranks
    )
    assert_is_the_sum(single_point(atoms, SYMBOLS, pair, tmp_path, ranks), atoms, model_directory, alone)


def test_two_models_for_two_kinds_of_atoms(model_directory: Path, other_model: Path, tmp_path: Path) -> None:
    atoms = structure("liquid")
    pair = "pair_style hybrid nnp nnp lj/cut 6.0\npair_coeff 1 2 lj/cut 0.0 1.0\n"
    pair += f"pair_coeff * * nnp 1 {model_directory} Si NULL\npair_coeff * * nnp 2 {other_model} NULL O\n"
    found = single_point(atoms, SYMBOLS, pair, tmp_path, ranks=2)
    silicon = atoms.numbers == 14
    first = nnpot.load(model_directory).predict(atoms[silicon])
    second = nnpot.load(other_model).predict(atoms[~silicon])
    assert found.energy == pytest.approx(first.energy + second.energy, rel=1e-10)
    assert_close(found.forces[silicon], first.forces, 1e-10)
    assert_close(found.forces[~silicon], second.forces, 1e-10)


def test_the_two_styles_of_the_plugin_in_one_overlay(model_directory: Path, tmp_path: Path) -> None:
    atoms = structure("liquid")
    pair = f"pair_style hybrid/overlay nnp hdnnp 4.6 dir {model_directory} showew no maxew -1\n"
    pair += f"pair_coeff * * nnp {model_directory} Si O\npair_coeff * * hdnnp Si O\n"
    found = single_point(atoms, SYMBOLS, pair, tmp_path, ranks=2)
    expected = nnpot.load(model_directory).predict(atoms)
    assert found.energy == pytest.approx(2.0 * expected.energy, rel=1e-10)
    assert_close(found.forces, 2.0 * expected.forces, 1e-10)


@pytest.mark.parametrize(
    ("commands", "types"),
    [
        ("hybrid/overlay nnp nnp\n * * nnp 1 model Si O\n * * nnp 2 model Si O", "1, 2"),
        ("hybrid/overlay nnp nnp\n * * nnp 1 model NULL O\n * * nnp 2 copy Si O", "2"),
        ("hybrid/overlay nnp nnp\n * * nnp 1 other Si O\n * * nnp 2 model other Si O", "1, 2"),
        ("hybrid/overlay nnp hdnnp 9 dir copy showew no\n * * nnp model Si O\n * * hdnnp Si O", "1, 2"),
        ("hybrid/overlay nnp nnp zero 5\n 1 2 zero\n * * nnp 1 model Si NULL\n * * nnp 2 model NULL O", None),
        ("hybrid/overlay nnp nnp\n * * nnp 1 model Si O\n * * nnp 2 other Si O", None),
        ("hybrid nnp nnp zero 5\n 1 2 zero\n * * nnp 1 model Si NULL\n * * nnp 2 model NULL O", None),
    ],
)
def test_a_model_that_counts_twice(
    commands: str, types: str | None, model_directory: Path, other_model: Path, tmp_path: Path
) -> None:
    """One line, before the first of two runs."""
    for name, source in (("model", model_directory), ("copy", model_directory), ("other", other_model)):
        shutil.copytree(source, tmp_path / name)
    if "model other" in commands:  # a committee shares its functions
        shutil.rmtree(tmp_path / "other")
        random_model([structure("liquid")], MODEL_LINES, 1, "t", "sigma", 8).write(str(tmp_path / "other"))
        random_model([structure("liquid")], MODEL_LINES, 1, "t", "sigma", 9).write(str(tmp_path / "model"))
    atoms = structure("liquid")
    write_data(tmp_path / "data", atoms, SYMBOLS)
    pair = "pair_style " + commands.replace("\n", "\npair_coeff") + "\nrun 0\nrun 0\n"
    output = run_successfully(preamble(atoms) + pair, tmp_path, ranks=2)
    lines = [line for line in output.splitlines() if "count twice" in line]
    assert len(lines) == (types is not None)
    assert types is None or f"for the same atom types ({types})" in lines[0]


def test_compute_pair(model_directory: Path, other_model: Path, tmp_path: Path) -> None:
    atoms = structure("liquid")
    pair = "pair_style hybrid/overlay nnp nnp zbl 2.0 2.8\n" + ZBL.format("zbl ")
    pair += f"pair_coeff * * nnp 1 {model_directory} Si O\npair_coeff * * nnp 2 {other_model} Si O\n"
    pair += "compute a all pair nnp 1 evdwl\ncompute b all pair nnp 2\ncompute c all pair zbl\n"
    single_point(atoms, SYMBOLS, pair, tmp_path, ranks=2)  # writes the data file
    script = (tmp_path / "in.lammps").read_text().split("compute energies")[0]
    script += "thermo_style custom step pe c_a c_b c_c\nrun 0\n"
    script += 'print "PARTS $(pe:%.15g) $(c_a:%.15g) $(c_b:%.15g) $(c_c:%.15g)"\n'
    output = run_successfully(script, tmp_path, ranks=2)
    line = next(line for line in output.splitlines() if line.startswith("PARTS"))
    total, first, second, third = (float(word) for word in line.split()[1:])
    assert first == pytest.approx(nnpot.load(model_directory).predict(atoms).energy, rel=1e-10)
    assert second == pytest.approx(nnpot.load(other_model).predict(atoms).energy, rel=1e-10)
    assert total == pytest.approx(first + second + third, rel=1e-12)
