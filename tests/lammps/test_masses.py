"""Masses that say of another element than pair_coeff are a warning: nothing else tells of a wrong order."""

from __future__ import annotations

from pathlib import Path

import pytest
from lammps_command import run_successfully, write_data
from structures import structure

BOX = (
    "units metal\nregion r block 0 9 0 9 0 9\ncreate_box 3 r\n"
    "create_atoms 1 single 1 1 1\ncreate_atoms 2 single 4 4 4\n"
)
SWAPPED_1 = "the mass of atom type 1, in pair_coeff Si, is that of O"
SWAPPED_2 = "the mass of atom type 2, in pair_coeff O, is that of Si"


def warnings(output: str) -> list[str]:
    return [line for line in output.splitlines() if "WARNING" in line and "the mass of" in line]


def run(
    masses: str, elements: str, model: Path, place: Path, style: str = "nnp", ranks: int = 1
) -> list[str]:
    commands = {
        "nnp": f"pair_style nnp\npair_coeff * * {model} {elements}\n",
        "hdnnp": f"pair_style hdnnp 20 dir {model} maxew -1\npair_coeff * * {elements}\n",
    }
    script = f"{BOX}{masses}\n{commands[style]}run 0\nrun 0\n"
    return warnings(run_successfully(script, place, ranks))


@pytest.mark.parametrize(("style", "ranks"), [("nnp", 2), ("hdnnp", 1)])
def test_exchanged_elements_are_a_warning(
    style: str, ranks: int, model_directory: Path, tmp_path: Path
) -> None:
    masses = "mass 1 15.999\nmass 2 28.0855\nmass 3 28.0855"
    (line,) = run(masses, "Si O Si", model_directory, tmp_path, style, ranks)
    assert SWAPPED_1 in line and SWAPPED_2 in line and "type 3" not in line


@pytest.mark.parametrize(
    ("masses", "elements"),
    [
        ("mass 1 28.0855\nmass 2 15.999\nmass 3 28.0855", "Si O Si"),
        ("mass 1 28.0855\nmass 2 15.999\nmass 3 15.999", "Si O NULL"),
        ("mass 1 28.0855\nmass 2 28.0855\nmass 3 15.999", "Si NULL O"),
        ("mass * 1.0", "Si O Si"),
        ("mass 1 29.97\nmass 2 17.999\nmass 3 60.0", "Si O Si"),
    ],
    ids=["right", "NULL", "NULL of another", "placeholders", "isotopes"],
)
def test_no_warning(masses: str, elements: str, model_directory: Path, tmp_path: Path) -> None:
    assert run(masses, elements, model_directory, tmp_path) == []


def test_masses_in_another_unit_are_a_warning(model_directory: Path, tmp_path: Path) -> None:
    masses = "mass 1 0.0280855\nmass 2 15999.0\nmass 3 28.0855"
    (line,) = run(masses, "Si O Si", model_directory, tmp_path)
    assert "atom type 1, in pair_coeff Si, is 0.0280855 instead of some 28.085 g/mol" in line
    assert "atom type 2, in pair_coeff O, is 15999" in line and "type 3" not in line


def test_masses_of_single_atoms_count_too(model_directory: Path, tmp_path: Path) -> None:
    script = (
        "units metal\natom_style sphere\nregion r block 0 9 0 9 0 9\ncreate_box 2 r\n"
        "create_atoms 1 single 1 1 1\ncreate_atoms 2 single 4 4 4\n"
        "set type 1 mass 15.999\nset type 2 mass 28.0855\n"
        f"pair_style nnp\npair_coeff * * {model_directory} Si O\nrun 0\n"
    )
    (line,) = warnings(run_successfully(script, tmp_path, 2))
    assert SWAPPED_1 in line and SWAPPED_2 in line


def test_the_warning_comes_again_with_other_masses(model_directory: Path, tmp_path: Path) -> None:
    write_data(tmp_path / "data", structure("crystal"), ("Si", "O"))
    script = f"units metal\nread_data data\npair_style nnp\npair_coeff * * {model_directory} O Si\nrun 0\n"
    output = run_successfully(script + "mass 1 16.0\nrun 0\nmass 1 28.0\nrun 0\n", tmp_path)
    assert len(warnings(output)) == 3
