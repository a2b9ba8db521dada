"""Committees in ``pair_style nnp``, and what ``compute nnp/uncertainty`` says of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lammps_command import (
    KCAL_PER_MOL,
    assert_close,
    lammps_orientation,
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
from random_model import random_model
from structures import structure

import nnpot
from nnpot import Uncertainty
from nnpot.lammps.runtime import open_lammps

MOTION = "timestep 0.0005\nvelocity all create 900 1 loop geom\nfix 1 all nve\n"
COLUMNS = "dump 1 all custom {} dump id c_u[*]\ndump_modify 1 sort id format float %.17g\n"
PRECISE = "thermo_modify norm no format float %.17g\n"


def pair(models: Sequence[Path], style: str = "nnp", options: str = "") -> str:
    """The commands of the pair style."""
    return f"pair_style {style} {options}\npair_coeff * * {' '.join(map(str, models))} Si O\n"


def columns(found: Uncertainty | None) -> NDArray[np.float64]:
    """What the compute has in its three columns."""
    assert found is not None and found.force_spreads is not None and found.energy_spreads is not None
    return np.column_stack([found.force_spreads, found.energy_spreads, found.grades])


@pytest.fixture
def start(tmp_path: Path) -> str:
    """The commands that read a crystal, compressed so that it extrapolates."""
    atoms = structure("crystal")
    atoms.set_cell(atoms.cell.array * 0.95, scale_atoms=True)
    write_data(tmp_path / "data", atoms, ("Si", "O"))
    return preamble(atoms)


@pytest.mark.parametrize("ranks", [1, 2, 4])
@pytest.mark.parametrize("name", ["crystal", "triclinic", "cluster", "small_cell"])
def test_lammps_says_what_python_says(name: str, ranks: int, committee: list[Path], tmp_path: Path) -> None:
    atoms = lammps_orientation(structure(name))
    if atoms.cell.rank == 3:
        atoms.set_cell(atoms.cell.array * 0.93, scale_atoms=True)
    expected = nnpot.load(committee).predict(atoms, uncertainty=True)
    commands = (
        pair(committee) + "compute u all nnp/uncertainty\n" + COLUMNS.format(1).replace("dump 1", "dump 2")
    )
    commands = commands.replace("dump_modify 1", "dump_modify 2").replace("1 dump id", "1 uncertainty id")
    found = single_point(atoms, ("Si", "O"), commands, tmp_path, ranks)
    assert found.energy == pytest.approx(expected.energy, rel=1e-10)
    assert_close(found.forces, expected.forces, 1e-10)
    assert_close(found.virial, voigt(expected.virial), 1e-10)
    assert_close(found.atomic_energies, expected.atomic_energies, 1e-10)
    said = read_dump(tmp_path / "uncertainty")[:, 1:]
    for column, wanted in zip(said.T, columns(expected.uncertainty).T, strict=True):
        if wanted.any():
            assert_close(column, wanted, 1e-10)
        else:
            assert not column.any()
    assert said[:, :2].all()


@pytest.mark.parametrize("ranks", [1, 3])
def test_maximum_mean_and_total(ranks: int, start: str, committee: list[Path], tmp_path: Path) -> None:
    script = (
        f"{start}{pair(committee)}group silicon type 1\ncompute u all nnp/uncertainty\n"
        "compute s silicon nnp/uncertainty grade force_spread\n"
        f"thermo_style custom step c_u c_u[*] c_s[*]\n{PRECISE}{COLUMNS.format(1)}"
        "dump 2 all custom 1 types id type c_s[*]\ndump_modify 2 sort id format float %.17g\nrun 0\n"
    )
    row = thermo_table(run_successfully(script, tmp_path, ranks))[-1]
    atoms = read_dump(tmp_path / "dump")[:, 1:]
    assert (atoms.max(0) > 1e-3).all(), "too small to test anything"
    np.testing.assert_allclose(row[2:8], np.column_stack([atoms.max(0), atoms.mean(0)]).ravel(), rtol=1e-12)
    silicon = read_dump(tmp_path / "types")[:, 1] == 1
    inside = atoms[silicon][:, [2, 0]]
    np.testing.assert_allclose(row[8:], np.column_stack([inside.max(0), inside.mean(0)]).ravel(), rtol=1e-12)
    own = read_dump(tmp_path / "types")[:, 2:]
    np.testing.assert_array_equal(own[silicon], inside)
    assert not own[~silicon].any()
    crystal = structure("crystal")
    crystal.set_cell(crystal.cell.array * 0.95, scale_atoms=True)
    energies = [nnpot.load(member).predict(crystal).energy for member in committee]
    assert row[1] == pytest.approx(np.std(energies, ddof=1), rel=1e-9)


def test_units_real(start: str, committee: list[Path], tmp_path: Path) -> None:
    rest = f"{pair(committee)}compute u all nnp/uncertainty\n{COLUMNS.format(1)}run 0\n"
    run_successfully(start + rest, tmp_path)
    metal = read_dump(tmp_path / "dump")[:, 1:]
    run_successfully(start.replace("units metal", "units real") + rest, tmp_path)
    real = read_dump(tmp_path / "dump")[:, 1:]
    np.testing.assert_allclose(real, metal / np.array([KCAL_PER_MOL, KCAL_PER_MOL, 1.0]), rtol=1e-5)


def test_a_run_does_not_depend_on_who_watches(start: str, committee: list[Path], tmp_path: Path) -> None:
    last = "write_dump all custom last id x y z vx vy vz modify sort id format float %.17g\n"
    run_successfully(f"{start}{pair(committee)}{MOTION}run 10\n{last}", tmp_path)
    alone = read_dump(tmp_path / "last")
    watched = f"compute u all nnp/uncertainty\n{COLUMNS.format(3)}"
    run_successfully(f"{start}{pair(committee)}{MOTION}{watched}run 10\n{last}", tmp_path)
    np.testing.assert_array_equal(read_dump(tmp_path / "last"), alone)


def test_averages_and_thermo(start: str, committee: list[Path], tmp_path: Path) -> None:
    script = (
        f"{start}{pair(committee)}{MOTION}compute u all nnp/uncertainty\n"
        "thermo_style custom step c_u[1] c_u[2]\nthermo 2\n"
        + PRECISE
        + "fix t all ave/time 2 3 6 c_u[1] file time format ' %.17g'\n"
        "fix a all ave/atom 2 3 6 c_u[1]\ndump 1 all custom 6 averages id f_a\n"
        "dump_modify 1 sort id format float %.17g\n"
        "dump 2 all custom 2 dump.* id c_u[1]\ndump_modify 2 sort id format float %.17g\nrun 6\n"
    )
    table = thermo_table(run_successfully(script, tmp_path, ranks=2))
    frames = np.array([read_dump(tmp_path / f"dump.{step}")[:, 1] for step in (0, 2, 4, 6)])
    np.testing.assert_allclose(table[:, 1], frames.max(1), rtol=1e-12)
    np.testing.assert_allclose(table[:, 2], frames.mean(1), rtol=1e-12)
    assert np.unique(table[:, 1]).size == 4
    mean = float((tmp_path / "time").read_text().split()[-1])
    assert mean == pytest.approx(frames[1:].max(1).mean(), rel=1e-12)
    np.testing.assert_allclose(read_dump(tmp_path / "averages")[:, 1], frames[1:].mean(0), rtol=1e-12)


@pytest.mark.parametrize("ranks", [1, 2])
def test_a_run_halts_where_the_members_disagree(
    ranks: int, start: str, committee: list[Path], tmp_path: Path
) -> None:
    watch = (
        f"{start}{pair(committee)}{MOTION}compute u all nnp/uncertainty force_spread\n"
        f"variable spread equal c_u[1]\nthermo_style custom step c_u[1]\nthermo 2\n{PRECISE}"
    )
    whole = thermo_table(run_successfully(watch + "run 20\n", tmp_path, ranks))
    first = int(np.argmax(whole[:, 1] > whole[0, 1] * 1.001))
    assert 0 < first < len(whole) - 1, "nothing to halt for"
    limit = 0.5 * (whole[:first, 1].max() + whole[first, 1])
    halt = f"fix h all halt 2 v_spread > {limit:.17g} error continue message no\n"
    output = run_successfully(watch + halt + 'run 20\nprint "went on"\n', tmp_path, ranks)
    assert "went on" in output
    np.testing.assert_allclose(thermo_table(output), whole[: first + 1], rtol=1e-12)


def test_minimize_and_rerun(start: str, committee: list[Path], tmp_path: Path) -> None:
    watch = f"{start}{pair(committee)}compute u all nnp/uncertainty\n"
    watch += f"thermo_style custom step c_u c_u[*]\nthermo 1\n{PRECISE}"
    run_successfully(
        watch + "dump 1 all custom 1 frames id x y z\ndump_modify 1 format float %.17g sort id\n"
        "minimize 0 0 3 10\n",
        tmp_path,
    )
    table = thermo_table(run_successfully(watch + "rerun frames dump x y z\n", tmp_path))
    minimized = thermo_table(run_successfully(watch + "minimize 0 0 3 10\n", tmp_path))
    np.testing.assert_allclose(table, minimized, rtol=1e-9)
    assert len(table) == 4


HYBRID = """pair_style hybrid/overlay nnp lj/cut 2.2
pair_coeff * * lj/cut 1.0 1.96
pair_coeff * * nnp {} Si O
"""


def test_in_a_hybrid_style(start: str, committee: list[Path], tmp_path: Path) -> None:
    rest = f"compute u all nnp/uncertainty\n{COLUMNS.format(1)}run 0\n"
    run_successfully(start + pair(committee) + rest, tmp_path)
    alone = read_dump(tmp_path / "dump")
    hybrid = HYBRID.format(" ".join(map(str, committee)))
    run_successfully(start + hybrid + rest, tmp_path, ranks=2)
    assert_close(read_dump(tmp_path / "dump"), alone, 1e-12)


@pytest.mark.parametrize("pair_style", ["nnp", "hdnnp"])
def test_the_grade_needs_no_committee(
    pair_style: str, start: str, model_directory: Path, tmp_path: Path
) -> None:
    commands = pair([model_directory])
    if pair_style == "hdnnp":
        commands = f"pair_style hdnnp 4.6 dir {model_directory} showew no maxew -1\npair_coeff * * Si O\n"
    watch = "compute u all nnp/uncertainty grade\ndump 1 all custom 1 dump id c_u\n"
    watch += "dump_modify 1 sort id format float %.17g\nrun 0\n"
    run_successfully(start + commands + watch, tmp_path, ranks=2)
    atoms = structure("crystal")
    atoms.set_cell(atoms.cell.array * 0.95, scale_atoms=True)
    found = nnpot.load(model_directory).predict(atoms, uncertainty=True).uncertainty
    assert found is not None
    assert_close(read_dump(tmp_path / "dump")[:, 1], found.grades, 1e-10)


def test_a_restart_continues_the_run(start: str, committee: list[Path], tmp_path: Path) -> None:
    watch = f"compute u all nnp/uncertainty\nfix 1 all nve\ntimestep 0.0005\n{COLUMNS.format(10)}"
    begin = f"{start}{pair(committee)}velocity all create 900 1 loop geom\n"
    run_successfully(f"{begin}{watch}run 10\nwrite_restart half\nrun 10\n", tmp_path, ranks=2)
    whole = read_dump(tmp_path / "dump")
    run_successfully(f"read_restart half\n{pair(committee)}{watch}run 10\n", tmp_path)
    np.testing.assert_allclose(read_dump(tmp_path / "dump"), whole, rtol=0, atol=1e-8)


# Refusals


def refusal(script: str, directory: Path) -> str:
    """The line with which LAMMPS stops."""
    done = run_lammps(script, directory)
    assert done.returncode != 0, done.stdout
    lines = [line for line in (done.stdout + done.stderr).splitlines() if line.startswith("ERROR")]
    assert lines, done.stdout
    return lines[0]


@pytest.mark.parametrize(
    ("compute", "expected"),
    [
        ("nnp/uncertainty spread", "expected force_spread, energy_spread or grade, got 'spread'"),
        ("nnp/uncertainty", "spreads need a committee, pair_coeff names one model directory"),
        ("nnp/uncertainty grade energy_spread", "ask for the grade alone"),
    ],
)
def test_computes_that_are_refused(
    compute: str, expected: str, start: str, model_directory: Path, tmp_path: Path
) -> None:
    script = f"{start}{pair([model_directory])}compute u all {compute}\nrun 0\n"
    assert expected in refusal(script, tmp_path)


def test_other_pair_styles(start: str, model_directory: Path, tmp_path: Path) -> None:
    compute = "compute u all nnp/uncertainty grade\nrun 0\n"
    line = refusal(start + "pair_style zero 4.0\npair_coeff * *\n" + compute, tmp_path)
    assert "expected one pair_style nnp (or hdnnp), alone or in a hybrid style, found none" in line
    two = "pair_style hybrid/overlay nnp nnp\n"
    two += "".join(f"pair_coeff * * nnp {n} {model_directory} Si O\n" for n in (1, 2))
    assert "found several" in refusal(start + two + compute, tmp_path)


def test_a_step_that_was_not_announced(start: str, committee: list[Path], tmp_path: Path) -> None:
    script = (
        f"{start}{pair(committee)}{MOTION}compute u all nnp/uncertainty\nvariable s equal c_u[1]\n"
        "fix p all print 2 'value $(c_u[1])'\nrun 0\nfix q all vector 3 c_u[1]\nrun 3\n"
    )
    run_successfully(script, tmp_path)
    # whatever LAMMPS's own commands ask for they announce; a function of Python does not
    said = []

    def look(lammps: Any, *_: Any) -> None:
        try:
            lammps.extract_compute("u", 0, 1)
        except Exception as error:
            said.append(str(error))

    with open_lammps(plugin=True) as lammps:
        script = f"{start}{pair(committee)}{MOTION}compute u all nnp/uncertainty\n"
        lammps.commands_string(script.replace("read_data data", f"read_data {tmp_path / 'data'}"))
        lammps.command("fix f all external pf/callback 1 1")
        lammps.set_fix_external_callback("f", look, lammps)
        lammps.command("run 2")
    assert len(said) == 1  # the beginning and the end are announced
    assert "compute u was not announced for step 1, so the pair style gathered nothing" in said[0]


def test_members_that_do_not_share_their_functions(start: str, model_directory: Path, tmp_path: Path) -> None:
    functions = [f"{center} 2 {other} 0.4 0.0 4.0" for center in ("Si", "O") for other in ("Si", "O")]
    other = random_model([structure("liquid")], functions, 2, "t", "scale_center", seed=1)
    other.write(str(tmp_path / "other"))
    line = refusal(start + pair([model_directory, tmp_path / "other"]) + "run 0\n", tmp_path)
    assert "committee: member 2 differs from member 1 in the symmetry functions of O" in line
    assert str(tmp_path / "other") in line


def test_a_member_that_stands_there_twice_is_said_once(
    start: str, committee: list[Path], tmp_path: Path
) -> None:
    output = run_successfully(start + pair([*committee[:2], committee[0]]) + "run 0\n", tmp_path, 2)
    lines = [line for line in output.splitlines() if "are the same network" in line]
    assert len(lines) == 1
    assert f"members 1 ('{committee[0]}') and 3 ('{committee[0]}')" in lines[0]


def test_directories_and_elements_are_told_apart(start: str, committee: list[Path], tmp_path: Path) -> None:
    models = " ".join(map(str, committee))
    line = refusal(f"{start}pair_style nnp\npair_coeff * * {models} Si O O\n", tmp_path)
    assert "one element or NULL for each of the 2 atom types, got 6 words after MODEL_DIR" in line
    line = refusal(f"{start}pair_style nnp\npair_coeff * * {models} nowhere Si O\n", tmp_path)
    assert "nowhere: expected a model directory" in line
    (tmp_path / "O").symlink_to(committee[1])
    output = run_successfully(
        f"{start}pair_style nnp\npair_coeff * * {committee[0]} O Si O\nrun 0\n", tmp_path
    )
    assert "and 1 more (a committee)" in output
