"""Per-atom energies and virials: on any number of ranks, and they sum to the totals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from lammps_command import assert_close, lammps_orientation, single_point
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
