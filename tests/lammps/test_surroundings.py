"""Commands of LAMMPS that change what the pair style is given: neighbors, order, ranks, atoms, boundaries."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from lammps_command import (
    BIN,
    LMP,
    assert_close,
    failure,
    lammps_variables,
    preamble,
    read_dump,
    run_lammps,
    run_successfully,
    single_point,
    thermo_table,
    voigt,
    write_data,
)
from numpy.typing import NDArray
from structures import structure

import nnpot
from nnpot.lammps.runtime import open_lammps

SYMBOLS = ("Si", "O")
FRAME = "dump 1 all custom {0} dump id type xu yu zu fx fy fz\ndump_modify 1 sort id format float %.17g\n"


@pytest.fixture
def start(model_directory: Path, tmp_path: Path) -> str:
    """The commands that read a crystal and set the potential."""
    write_data(tmp_path / "data", structure("crystal"), SYMBOLS)
    return preamble(structure("crystal")) + f"pair_style nnp\npair_coeff * * {model_directory} Si O\n"


def trajectory(script: str, directory: Path, ranks: int) -> NDArray[np.float64]:
    """Positions and forces after 40 steps."""
    script += "velocity all create 300 1 loop geom\nfix motion all nve\ntimestep 0.0005\n"
    run_successfully(script + FRAME.format(40) + "run 40\n", directory, ranks)
    return read_dump(directory / "dump")[:, 2:]


def assert_python_agrees(rows: NDArray[np.float64], cell: NDArray[np.float64], model: Path) -> None:
    """The forces in a frame are those that Python gives for its positions."""
    atoms = Atoms([SYMBOLS[int(kind) - 1] for kind in rows[:, 1]], rows[:, 2:5], cell=cell, pbc=True)
    assert_close(rows[:, 5:], nnpot.load(model).predict(atoms).forces, 1e-9)


def test_excluded_neighbors_are_no_neighbors(start: str, model_directory: Path, tmp_path: Path) -> None:
    atoms = structure("crystal")
    pair = start.split("read_data data\n")[1] + "neigh_modify exclude type 1 2\n"
    found = single_point(atoms, SYMBOLS, pair, tmp_path, ranks=2)
    assert "WARNING: pair_nnp: neigh_modify exclude takes atoms out" in (tmp_path / "log.lammps").read_text()
    for number in (14, 8):
        mine = atoms.numbers == number
        expected = nnpot.load(model_directory).predict(atoms[mine])
        assert found.atomic_energies[mine].sum() == pytest.approx(expected.energy, rel=1e-10)
        assert_close(found.forces[mine], expected.forces, 1e-10)


def test_no_warning_without_exclusions(start: str, tmp_path: Path) -> None:
    assert "WARNING: pair_nnp" not in run_successfully(start + "run 0\n", tmp_path)


@pytest.mark.parametrize(
    ("command", "ranks"),
    [
        ("atom_modify sort 3 2.0", 2),
        ("atom_modify sort 0 0.0", 1),
        ("neighbor 0.3 bin\nneigh_modify every 1 delay 0 check yes", 2),
        ("neighbor 2.0 nsq", 1),
        ("fix balance all balance 5 1.0 shift xyz 5 1.1", 2),
        ("comm_style tiled\nfix balance all balance 5 1.0 rcb", 4),
        ("processors 1 1 *", 4),
        ("comm_modify cutoff 12.0", 2),
        ("run_style respa 2 2 pair 2", 2),
        ("run_style respa 2 1 pair 1", 1),
        ("suffix omp", 2),
        ("package omp 2 neigh yes\nsuffix omp", 1),
    ],
)
def test_trajectory_does_not_depend_on(command: str, ranks: int, start: str, tmp_path: Path) -> None:
    script = start + command + "\n"
    if command.startswith(("processors", "package")):
        script = start.replace("read_data", command + "\nread_data")
    expected = trajectory(start, tmp_path, 1)
    assert np.abs(expected[:, :3] - structure("crystal").positions).max() > 0.01, "the atoms do not move"
    np.testing.assert_allclose(trajectory(script, tmp_path, ranks), expected, rtol=0, atol=1e-7)


def test_respa_with_an_inner_and_an_outer_part_is_refused(start: str, tmp_path: Path) -> None:
    done = run_lammps(start + "fix 1 all nve\nrun_style respa 2 2 inner 1 3.0 4.0 outer 2\nrun 1\n", tmp_path)
    assert done.returncode != 0
    assert "does not support rRESPA" in done.stdout + done.stderr


@pytest.mark.parametrize("ranks", [1, 2])
def test_atoms_that_come_and_go_between_runs(
    ranks: int, start: str, model_directory: Path, tmp_path: Path
) -> None:
    script = start + "group some id 3 17 40:44\nrun 0\ndelete_atoms group some compress no\n"
    script += FRAME.format(1) + "run 0\nundump 1\n"
    run_successfully(script, tmp_path, ranks)
    rows, cell = read_dump(tmp_path / "dump"), structure("crystal").cell.array
    assert len(rows) == 57
    assert_python_agrees(rows, cell, model_directory)
    script += "create_atoms 2 single 0.7 0.9 1.9\ncreate_atoms 1 single 5.9 6.1 6.3\n"
    run_successfully(script + FRAME.format(1) + "run 0\n", tmp_path, ranks)
    rows = read_dump(tmp_path / "dump")
    assert len(rows) == 59
    assert_python_agrees(rows, cell, model_directory)


@pytest.mark.parametrize("ranks", [1, 2])
def test_atoms_that_come_and_go_during_a_run(
    ranks: int, start: str, model_directory: Path, tmp_path: Path
) -> None:
    script = start.replace("read_data data", "read_data data\nchange_box all z final 0 30 units box")
    script += "region gas block 1 8 1 8 13 27\nregion all block 0 9.6 0 9.6 0 12\n"
    script += "fix come all deposit 3 1 2 77 region gas near 2.5\nfix go all evaporate 4 1 all 49\n"
    script += "fix motion all nve\ntimestep 0.0001\nrun 12\n"
    # not a `dump` from the start: LAMMPS's own sorting breaks where IDs change and their number does not
    script += "write_dump all custom dump id type xu yu zu fx fy fz modify sort id format float %.17g\n"
    run_successfully(script, tmp_path, ranks)
    rows = read_dump(tmp_path / "dump")
    assert set(rows[:, 0].astype(int)) != set(range(1, 65)), "nothing came or went"
    cell = structure("crystal").cell.array
    cell[2, 2] = 30.0
    assert_python_agrees(rows, cell, model_directory)


@pytest.mark.parametrize("boundary", ["f", "m", "s"])
@pytest.mark.parametrize("name", ["cluster", "slab"])
def test_open_boundaries(boundary: str, name: str, model_directory: Path, tmp_path: Path) -> None:
    atoms = structure(name)
    if name == "slab":  # LAMMPS's box must hold the atoms of the slab, and its cell be lower triangular
        atoms.cell[2] = [0.0, 0.0, 9.0]
        atoms.positions[:, 2] += 1.0
    pair = f"pair_style nnp\npair_coeff * * {model_directory} Si O"
    found = single_point(atoms, SYMBOLS, pair, tmp_path, ranks=2, open_boundary=boundary)
    expected = nnpot.load(model_directory).predict(atoms)
    assert found.energy == pytest.approx(expected.energy, rel=1e-10)
    assert_close(found.forces, expected.forces, 1e-10)
    assert_close(found.virial, voigt(expected.virial), 1e-10)


def test_a_cluster_that_drifts_across_the_ranks(model_directory: Path, tmp_path: Path) -> None:
    atoms = structure("cluster")
    atoms.set_cell([40.0, 9.0, 9.0])
    atoms.set_pbc(True)
    atoms.positions += 1.0
    write_data(tmp_path / "data", atoms, SYMBOLS)
    script = "processors * 1 1\n" + preamble(atoms)
    script += f"pair_style nnp\npair_coeff * * {model_directory} Si O\n"
    script += "velocity all set 2000.0 0.0 0.0\nfix 1 all nve\ntimestep 0.0001\nthermo_modify lost error\n"
    run_successfully(script + FRAME.format(100) + "run 100\n", tmp_path, ranks=4)
    rows = read_dump(tmp_path / "dump")
    assert rows[:, 2].mean() > atoms.positions[:, 0].mean() + 15.0, "the cluster has not left its rank"
    assert_python_agrees(rows, atoms.cell.array, model_directory)


def test_two_lammps_at_once(model_directory: Path, tmp_path: Path) -> None:
    """Two instances in one process, their runs taking turns."""
    names = ("crystal", "liquid")
    for name in names:
        write_data(tmp_path / name, structure(name), SYMBOLS)
    with open_lammps(plugin=True) as first, open_lammps(plugin=True) as second:
        both = (first, second)
        for lammps, name in zip(both, names, strict=True):
            lammps.command("units metal")
            lammps.command(f'read_data "{tmp_path / name}"')
            lammps.command("pair_style nnp")
            lammps.command(f'pair_coeff * * "{model_directory}" Si O')
        energies = []
        for _ in range(3):
            for lammps in both:
                lammps.command("run 0")
                energies.append(lammps.get_thermo("pe"))
    expected = [nnpot.load(model_directory).predict(structure(name)).energy for name in names]
    np.testing.assert_allclose(energies, expected * 3, rtol=1e-10)


def test_partitions(start: str, model_directory: Path, tmp_path: Path) -> None:
    """Several partitions of the MPI ranks, each with a run of its own; one has two ranks."""
    write_data(tmp_path / "data2", structure("liquid"), SYMBOLS)
    script = "variable file world data data2\n" + start.replace("read_data data", "read_data ${file}")
    script += "run 0\nprint 'ENERGY $(pe:%.15g)'\n"
    (tmp_path / "in.lammps").write_text(script)
    command = [str(BIN / "mpiexec"), "-n", "3", str(LMP), "-in", "in.lammps", "-partition", "2", "1"]
    subprocess.run(
        command, cwd=tmp_path, env=lammps_variables(), check=True, capture_output=True, timeout=300
    )
    for number, name in enumerate(("crystal", "liquid")):
        text = (tmp_path / f"log.lammps.{number}").read_text()
        (energy,) = re.findall(r"^ENERGY (\S+)$", text, re.MULTILINE)
        expected = nnpot.load(model_directory).predict(structure(name)).energy
        assert float(energy) == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("units", ["lj", "si", "cgs", "electron", "micro", "nano"])
def test_units_that_do_not_fit(units: str, tmp_path: Path) -> None:
    script = f"units {units}\nregion r block 0 1 0 1 0 1\ncreate_box 1 r\npair_style nnp\n"
    assert f"units '{units}' are not supported; use 'units metal' or 'units real'" in failure(
        script, tmp_path
    )


def test_lammps_differentiates_numerically(start: str, tmp_path: Path) -> None:
    """LAMMPS's own differences of the energy: fix numdiff for forces, fix numdiff/virial for the pressure."""
    script = "atom_modify map array\n" + start + "fix d all numdiff 1 1e-4\nfix v all numdiff/virial 1 1e-5\n"
    script += "variable e atom abs(fx-f_d[1])+abs(fy-f_d[2])+abs(fz-f_d[3])\ncompute e all reduce max v_e\n"
    script += "compute p all pressure NULL virial\nthermo_style custom step c_e pxx pyy pzz pyz pxz pxy "
    script += "c_p[1] c_p[2] c_p[3] c_p[6] c_p[5] c_p[4] f_v[1] f_v[2] f_v[3] f_v[4] f_v[5] f_v[6]\n"
    row = thermo_table(run_successfully(script + "thermo_modify format float %.12g\nrun 0\n", tmp_path))[-1]
    assert row[1] < 1e-4
    assert np.abs(row[8:14]).min() > 100.0, "bar; too small to test anything"
    np.testing.assert_allclose(row[14:20], row[8:14], rtol=1e-4, atol=1.0)
