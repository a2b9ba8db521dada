"""Pair style nnp in the runs that users do: constant energy, minimisation, changing cells, two at once."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from lammps_command import preamble, read_dump, run_successfully, thermo_table, write_data
from structures import structure

THERMO = "thermo_style custom step pe ke etotal press fmax\nthermo_modify format float %.15g\n"


@pytest.fixture
def start(model_directory: Path, tmp_path: Path) -> str:
    """The commands that read a crystal and set the potential.

    Nothing keeps the atoms of a network with random weights apart, so a repulsion is laid over it.
    """
    write_data(tmp_path / "data", structure("crystal"), ("Si", "O"))
    pair = "pair_style hybrid/overlay nnp lj/cut 2.2\npair_modify pair lj/cut shift yes\n"
    pair += f"pair_coeff * * nnp {model_directory} Si O\npair_coeff * * lj/cut 1.0 1.96\n"
    return preamble(structure("crystal")) + pair + THERMO


@pytest.mark.parametrize("ranks", [1, 2])
def test_energy_is_conserved(ranks: int, start: str, tmp_path: Path) -> None:
    deviations = []
    for timestep, steps in ((0.001, 200), (0.0005, 400)):
        script = start + "minimize 0.0 1e-2 100 1000\nvelocity all create 300 1\nfix 1 all nve\n"
        script += f"print MOTION\ntimestep {timestep}\nthermo 5\nrun {steps}\n"
        table = thermo_table(run_successfully(script, tmp_path, ranks).split("MOTION")[-1])
        assert np.ptp(table[:, 2]) > 0.1, "the atoms do not move"
        deviations.append(np.ptp(table[:, 3]))
    assert deviations[0] < 0.02 * np.ptp(table[:, 2])
    assert deviations[1] < 0.4 * deviations[0], "the error of the integrator goes with the square of the step"


def test_minimisation(start: str, tmp_path: Path) -> None:
    table = thermo_table(run_successfully(start + "minimize 0.0 1e-4 300 3000\n", tmp_path))
    assert table[-1, 1] < table[0, 1]
    assert table[-1, 5] < 0.05 * table[0, 5]


@pytest.mark.parametrize("cell", ["aniso", "tri"])
def test_constant_pressure(cell: str, start: str, tmp_path: Path) -> None:
    box = "change_box all triclinic\n" if cell == "tri" else ""
    script = start + box + "minimize 0.0 1e-2 100 1000\nvelocity all create 300 1\n"
    script += f"fix 1 all npt temp 300 300 0.1 {cell} 0 0 1.0\nthermo_style custom step vol econserve ke\n"
    script += "thermo_modify format float %.15g\nthermo 20\ntimestep 0.0005\nprint MOTION\nrun 200\n"
    table = thermo_table(run_successfully(script, tmp_path, ranks=2).split("MOTION")[-1])
    assert np.ptp(table[:, 1]) > 1.0, "the cell does not change"
    assert np.ptp(table[:, 2]) < 0.02 * table[:, 3].max()


@pytest.mark.parametrize("cell", ["iso", "aniso", "tri"])
def test_box_relaxation(cell: str, shared_data: Path, tmp_path: Path) -> None:
    """With a published potential: the landscape of random weights has no crystal to find."""
    box = "change_box all triclinic\nchange_box all xy final 0.4 yz final -0.3 remap units box\n"
    script = f"""units metal
lattice diamond 5.52
region r block 0 2 0 2 0 2
create_box 1 r
create_atoms 1 box
mass 1 28
displace_atoms all random 0.05 0.05 0.05 5
{box if cell == "tri" else ""}pair_style nnp units atomic
pair_coeff * * "{shared_data / "mlearn" / "Si" / "nnp"}" Si
fix 1 all box/relax {cell} 1000.0 vmax 0.01
thermo_style custom step pxx pyy pzz pyz pxz pxy
thermo_modify format float %.15g
thermo 1000
minimize 0.0 1e-5 1000 10000
"""
    table = thermo_table(run_successfully(script, tmp_path, ranks=2))
    pressure, aim = table[-1, 1:], np.array([1000.0, 1000.0, 1000.0, 0.0, 0.0, 0.0])
    assert np.abs(table[0, 1:] - aim).max() > 1e4, "relaxed already"
    if cell == "iso":
        pressure[:3] = pressure[:3].mean()
    compared = 6 if cell == "tri" else 3
    np.testing.assert_allclose(pressure[:compared], aim[:compared], atol=10.0)


def test_trajectory_does_not_depend_on_the_ranks(start: str, tmp_path: Path) -> None:
    script = start + "velocity all create 900 1 loop geom\nfix 1 all nve\n"
    script += "dump 1 all custom 50 dump id xu yu zu\ndump_modify 1 sort id format float %.17g\nrun 50\n"
    positions = []
    for ranks in (1, 4):
        run_successfully(script, tmp_path, ranks)
        positions.append(read_dump(tmp_path / "dump"))
    assert np.abs(positions[0] - positions[1]).max() < 1e-8


def test_several_in_one_process(tmp_path: Path, model_directory: Path) -> None:
    shutil.copytree(model_directory, tmp_path / "again")
    write_data(tmp_path / "data", structure("crystal"), ("Si", "O"))
    head = preamble(structure("crystal")) + THERMO + "pair_style nnp\n"
    first = f"pair_coeff * * {model_directory} Si O\nrun 0\n"
    again = "pair_coeff * * again Si O\nrun 0\n"
    swapped = "pair_style none\npair_style nnp\npair_coeff * * again O Si\nrun 0\n"
    table = thermo_table(
        run_successfully(head + first + "clear\n" + head + first + again + swapped, tmp_path)
    )
    assert table[0, 1] == table[1, 1] == table[2, 1]
    assert table[3, 1] != table[0, 1]
