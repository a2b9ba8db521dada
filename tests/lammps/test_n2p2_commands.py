"""The commands of n2p2 before it came into LAMMPS: an error that says what to write instead."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lammps_command import failure, preamble, run_successfully, write_data
from structures import structure

OPTIONS = "showew no showewsum 10 resetew no maxew 100 cflength 1.0 cfenergy 1.0"


@pytest.fixture
def start(tmp_path: Path) -> str:
    write_data(tmp_path / "data", structure("crystal"), ("Si", "O"))
    return preamble(structure("crystal"))


@pytest.mark.parametrize("name", ["model", "a model"])
def test_the_lines_to_write_are_named_and_run(
    name: str, start: str, model_directory: Path, tmp_path: Path
) -> None:
    (tmp_path / name).symlink_to(model_directory)
    commands = f'pair_style nnp dir "{name}" {OPTIONS} emap "1:Si,2:O"\npair_coeff * * 20.5\n'
    line = failure(start + commands + "run 0\n", tmp_path, 2)
    written = name if name == "model" else f'"{name}"'
    style = f"pair_style hdnnp 20.5 dir {written} {OPTIONS}"
    assert f"write '{style}' and 'pair_coeff * * Si O'" in line
    found = re.findall(r"'(pair_\w+ [^']*)'", line)
    run_successfully(start + "\n".join(found) + "\nrun 0\n", tmp_path)


@pytest.mark.parametrize(
    ("style", "coeff", "expected"),
    [
        ("dir M emap 2:O", "6.0", "'pair_style hdnnp 6.0 dir M' and 'pair_coeff * * NULL O'"),
        ('emap "1:Si, 2:O" dir M', "6.0", "'pair_style hdnnp 6.0 dir M' and 'pair_coeff * * Si O'"),
        ("showew yes dir M", "6.0", "'pair_style hdnnp 6.0 dir M showew yes' and 'pair_coeff * * ELEMENT1"),
        ("dir M emap 3:Si", "6.0", "'pair_coeff * * ELEMENT1 ELEMENT2 ..."),
        ("dir M emap Si", "6.0", "'pair_coeff * * ELEMENT1 ELEMENT2 ..."),
        ("dir", "6.0", "'pair_style hdnnp 6.0 dir nnp/' and"),
        ("cflength 1.89", "model Si O", "'pair_style hdnnp CUTOFF dir nnp/ cflength 1.89' and"),
        ("", "6.01", "'pair_style hdnnp 6.01 dir nnp/' and 'pair_coeff * * ELEMENT1"),
    ],
)
def test_what_is_not_said_has_a_place(
    style: str, coeff: str, expected: str, start: str, tmp_path: Path
) -> None:
    assert expected in failure(start + f"pair_style nnp {style}\npair_coeff * * {coeff}\n", tmp_path)


def test_emap_in_hdnnp(start: str, tmp_path: Path) -> None:
    line = failure(start + 'pair_style hdnnp 6.0 emap "1:Si,2:O"\n', tmp_path, style="hdnnp")
    assert "leave it out and name the elements of the atom types in 'pair_coeff * * El1 El2 ...'" in line
