"""Every mistake stops LAMMPS with one clear line and an exit code that is not zero."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from lammps_command import failure, preamble, run_lammps, write_data
from structures import structure


@pytest.fixture
def start(tmp_path: Path) -> str:
    """The commands that read a crystal with the types Si and O."""
    write_data(tmp_path / "data", structure("crystal"), ("Si", "O"))
    return preamble(structure("crystal"))


@pytest.mark.parametrize("ranks", [1, 2])
def test_missing_directory(ranks: int, start: str, tmp_path: Path) -> None:
    line = failure(start + "pair_style nnp\npair_coeff * * nowhere Si O\n", tmp_path, ranks)
    assert "nowhere: expected a model directory" in line


@pytest.mark.parametrize("name", ["input.nn", "scaling.data", "weights.008.data"])
def test_missing_file(name: str, start: str, model_directory: Path, tmp_path: Path) -> None:
    shutil.copytree(model_directory, tmp_path / "model")
    (tmp_path / "model" / name).unlink()
    line = failure(start + "pair_style nnp\npair_coeff * * model Si O\n", tmp_path)
    assert f"model/{name}" in line


def cut_short(path: Path) -> None:
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-5]))


def no_number(path: Path) -> None:
    lines = path.read_text().splitlines()
    lines[3] = "abc " + lines[3]
    path.write_text("\n".join(lines) + "\n")


def swap_rows(path: Path) -> None:
    lines = path.read_text().splitlines()
    lines[2], lines[3] = lines[3], lines[2]
    path.write_text("\n".join(lines) + "\n")


@pytest.mark.parametrize(
    ("name", "damage", "expected"),
    [
        ("weights.008.data", cut_short, "cut short"),
        ("weights.014.data", no_number, "expected a number, got 'abc'"),
        ("scaling.data", cut_short, "cut short"),
        ("scaling.data", swap_rows, "rows are not in order"),
    ],
)
def test_damaged_file(
    name: str,
    damage: Callable[[Path], None],
    expected: str,
    start: str,
    model_directory: Path,
    tmp_path: Path,
) -> None:
    shutil.copytree(model_directory, tmp_path / "model")
    damage(tmp_path / "model" / name)
    line = failure(start + "pair_style nnp\npair_coeff * * model Si O\n", tmp_path)
    assert name in line and expected in line


def test_unknown_element(start: str, model_directory: Path, tmp_path: Path) -> None:
    shutil.copytree(model_directory, tmp_path / "quartz")
    line = failure(start + "pair_style nnp\npair_coeff * * quartz Si Xe\n", tmp_path)
    expected = "pair_nnp: element 'Xe' (atom type 2) is not in model 'quartz' (it has O, Si)"
    assert expected + "; correct the pair_coeff line" in line


@pytest.mark.parametrize(("elements", "number"), [("Si", 1), ("Si O O", 3), ("", 0)])
def test_wrong_number_of_elements(
    elements: str, number: int, start: str, model_directory: Path, tmp_path: Path
) -> None:
    line = failure(start + f"pair_style nnp\npair_coeff * * {model_directory} {elements}\n", tmp_path)
    assert f"for each of the 2 atom types, got {number} words" in line


def test_units_that_are_not_stated(start: str, model_directory: Path, tmp_path: Path) -> None:
    shutil.copytree(model_directory, tmp_path / "model")
    (tmp_path / "model" / "model.info").unlink()
    line = failure(start + "pair_style nnp\npair_coeff * * model Si O\n", tmp_path)
    assert "does not state its units" in line and "atomic" in line


def test_units_that_contradict_the_model(start: str, model_directory: Path, tmp_path: Path) -> None:
    line = failure(start + f"pair_style nnp units atomic\npair_coeff * * {model_directory} Si O\n", tmp_path)
    assert "states units metal, but atomic were asked for" in line


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        ("6.0", "takes no cutoff (the model has its own); remove '6.0'"),
        ("units", "expected 'pair_style nnp [units metal|real|atomic]"),
        ("precision single", "got 'precision single'"),
        ("units metal precision", "[file NAME]', got 'precision '"),
        ("unit metal", "got 'unit metal'"),
        ("units lj", "must be metal, real or atomic, got 'lj'"),
    ],
)
def test_pair_style_arguments(style: str, expected: str, start: str, tmp_path: Path) -> None:
    assert expected in failure(start + f"pair_style nnp {style}\n", tmp_path)


def test_newton_off(model_directory: Path, tmp_path: Path) -> None:
    write_data(tmp_path / "data", structure("crystal"), ("Si", "O"))
    script = "newton off\n" + preamble(structure("crystal"))
    script += f"pair_style nnp\npair_coeff * * {model_directory} Si O\nrun 0\n"
    assert "requires newton pair on" in failure(script, tmp_path)


def test_no_atom_ids(model_directory: Path, tmp_path: Path) -> None:
    script = "units metal\natom_modify id no\n"
    script += "region r block 0 9 0 9 0 9\ncreate_box 1 r\ncreate_atoms 1 random 5 1 NULL\nmass 1 28\n"
    script += f"pair_style nnp\npair_coeff * * {model_directory} Si\nrun 0\n"
    assert "requires atom IDs" in failure(script, tmp_path)


@pytest.mark.parametrize("ranks", [1, 2])
def test_atoms_on_the_same_place(ranks: int, model_directory: Path, tmp_path: Path) -> None:
    atoms = structure("crystal")
    atoms.positions[7] = atoms.positions[30]
    write_data(tmp_path / "data", atoms, ("Si", "O"))
    script = preamble(atoms) + f"pair_style nnp\npair_coeff * * {model_directory} Si O\nrun 0\n"
    line = failure(script, tmp_path, ranks)
    assert "atoms 8 and 31 are on the same place at step 0" in line or "atoms 31 and 8 are" in line


def test_special_bonds_that_hide_neighbors(model_directory: Path, tmp_path: Path) -> None:
    script = (
        "units metal\natom_style bond\nregion r block 0 9 0 9 0 9\n"
        "create_box 1 r bond/types 1 extra/bond/per/atom 1 extra/special/per/atom 1\n"
        "create_atoms 1 single 1 1 1\ncreate_atoms 1 single 3 1 1\nmass 1 28\n"
        "bond_style zero\nbond_coeff *\ncreate_bonds single/bond 1 1 2\n"
        f"pair_style nnp\npair_coeff * * {model_directory} Si\n"
    )
    assert "special_bonds lj/coul 1.0 1.0 1.0" in failure(script + "run 0\n", tmp_path)
    done = run_lammps(script + "special_bonds lj/coul 1.0 1.0 1.0\nrun 0\n", tmp_path)
    assert done.returncode == 0, done.stdout


def test_weights_that_are_not_finite(start: str, model_directory: Path, tmp_path: Path) -> None:
    shutil.copytree(model_directory, tmp_path / "model")
    path = tmp_path / "model" / "weights.014.data"
    lines = path.read_text().splitlines()
    lines[1] = lines[1].replace(lines[1].split()[0], str(np.nan))
    path.write_text("\n".join(lines) + "\n")
    assert "weights.014.data" in failure(start + "pair_style nnp\npair_coeff * * model Si O\n", tmp_path)


def test_what_would_change_the_energy_and_is_not_read_ends_the_run(
    start: str, model_directory: Path, tmp_path: Path
) -> None:
    shutil.copytree(model_directory, tmp_path / "model")
    with (tmp_path / "model" / "input.nn").open("a") as file:
        file.write("use_electrostatics\n")
    line = failure(start + "pair_style nnp\npair_coeff * * model Si O\n", tmp_path)
    assert "'use_electrostatics' belongs to the electrostatics" in line


@pytest.mark.parametrize("ranks", [1, 2])
def test_what_input_nn_holds_in_vain_is_a_warning(
    ranks: int, start: str, model_directory: Path, tmp_path: Path
) -> None:
    shutil.copytree(model_directory, tmp_path / "model")
    with (tmp_path / "model" / "input.nn").open("a") as file:
        file.write("author someone\n")
    done = run_lammps(start + "pair_style nnp\npair_coeff * * model Si O\n", tmp_path, ranks)
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("keyword 'author' is not known and was ignored") == 1
    assert "WARNING: pair_nnp: model/input.nn:" in done.stdout
