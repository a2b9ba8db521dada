"""Per-atom energies and virials: on any number of ranks, and they sum to the totals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from lammps_command import (
    assert_close,
    lammps_orientation,
    preamble,
    read_dump,
    run_successfully,
    single_point,
    thermo_table,
    voigt,
    write_data,
)
from structures import structure

import nnpot


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("name", ["crystal", "triclinic", "cluster", "small_cell"])
def test_per_atom_quantities_sum_to_the_totals(
    name: str, ranks: int, model_directory: Path, tmp_path: Path
) -> None:
    atoms = lammps_orientation(structure(name))
    pair = f"pair_style nnp\npair_coeff * * {model_directory} Si O"
    found = single_point(atoms, ("Si", "O"), pair, tmp_path, ranks)
    assert found.atomic_energies.sum() == pytest.approx(found.energy, rel=1e-12)
    assert_close(found.atomic_virials.sum(0), found.virial, 1e-10)


def test_virials_of_the_atoms_do_not_depend_on_the_ranks(model_directory: Path, tmp_path: Path) -> None:
    atoms = lammps_orientation(structure("liquid"))
    pair = f"pair_style nnp\npair_coeff * * {model_directory} Si O"
    one = single_point(atoms, ("Si", "O"), pair, tmp_path, ranks=1)
    four = single_point(atoms, ("Si", "O"), pair, tmp_path, ranks=4)
    assert_close(four.atomic_virials, one.atomic_virials, 1e-10)


CENTROID = """compute c all centroid/stress/atom NULL pair
compute s all reduce sum c_c[*]
compute p all pressure NULL pair
thermo_style custom step pe c_p[*] c_s[*]
thermo_modify format float %.17g
dump 1 all custom 1 dump id c_c[*]
dump_modify 1 sort id format float %.17g
run 0
"""


def centroid(atoms: Atoms, pair: str, directory: Path, ranks: int) -> tuple[np.ndarray, np.ndarray]:
    """What centroid/stress/atom says, (n, 9), and its sum expected from the pressure, (9,)."""
    write_data(directory / "data", atoms, ("Si", "O"))
    row = thermo_table(run_successfully(preamble(atoms) + pair + CENTROID, directory, ranks))[-1]
    total = -row[2:8] * atoms.get_volume()
    np.testing.assert_allclose(row[8:14], total, rtol=1e-10, atol=1e-10 * np.abs(total).max())
    return read_dump(directory / "dump")[:, 1:], total[[0, 1, 2, 3, 4, 5, 3, 4, 5]]


OVERLAY = """pair_style hybrid/overlay nnp zbl 2.0 2.8
pair_coeff * * nnp {} Si O
pair_coeff 1 1 zbl 14 14
pair_coeff 1 2 zbl 14 8
pair_coeff 2 2 zbl 8 8
"""


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("overlay", [False, True])
@pytest.mark.parametrize("name", ["crystal", "triclinic", "small_cell"])
def test_centroid_virials_sum_to_the_total(
    name: str, overlay: bool, ranks: int, model_directory: Path, tmp_path: Path
) -> None:
    atoms = lammps_orientation(structure(name))
    pair = (OVERLAY if overlay else "pair_style nnp\npair_coeff * * {} Si O\n").format(model_directory)
    values, total = centroid(atoms, pair, tmp_path, ranks)
    assert_close(values.sum(0), total, 1e-10)
    assert np.abs(values[:, 3] - values[:, 6]).max() > 1e-4 * np.abs(values).max(), "symmetric after all"
    one, _ = centroid(atoms, pair, tmp_path, 1)
    assert_close(values, one, 1e-10)


def test_stress_of_the_atoms_is_that_of_ase(model_directory: Path, tmp_path: Path) -> None:
    atoms = lammps_orientation(structure("triclinic"))
    pair = f"pair_style nnp\npair_coeff * * {model_directory} Si O"
    found = single_point(atoms, ("Si", "O"), pair, tmp_path, ranks=2)
    atoms.calc = nnpot.Calculator(model_directory)
    assert_close(-found.atomic_virials / atoms.get_volume(), atoms.get_stresses(), 1e-10)
    virials = atoms.calc.potential.predict(atoms).atomic_virials
    assert_close(found.atomic_virials, np.array([voigt(virial) for virial in virials]), 1e-10)


@pytest.mark.parametrize("component", range(6))
def test_virial_is_the_strain_derivative(component: int, model_directory: Path, tmp_path: Path) -> None:
    atoms = lammps_orientation(structure("triclinic"))
    pair = f"pair_style nnp\npair_coeff * * {model_directory} Si O"
    found = single_point(atoms, ("Si", "O"), pair, tmp_path, ranks=2)
    row, column = [(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)][component]
    potential, step = nnpot.load(model_directory), 1e-5
    energies = []
    for amount in (step, -step):
        strain = np.eye(3)
        strain[column, row] += amount  # keeps the cell lower triangular: r_row grows with r_column
        strained = atoms.copy()
        strained.set_cell(atoms.cell.array @ strain, scale_atoms=True)
        energies.append(potential.predict(strained).energy)
    expected = -(energies[0] - energies[1]) / (2.0 * step)
    assert abs(expected) > 1e-2, "too small to test anything"
    assert found.virial[component] == pytest.approx(expected, rel=1e-6, abs=1e-6)
