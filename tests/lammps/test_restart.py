"""Restart files and data files continue a run; the commands of the potential are repeated."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from lammps_command import preamble, read_dump, run_lammps, run_successfully, write_data
from numpy.typing import NDArray
from structures import structure

MOTION = "timestep 0.0005\nfix 1 all nve\n"
DUMP = "dump 1 all custom 1 dump id xu yu zu vx vy vz fx fy fz\ndump_modify 1 sort id format float %.17g\n"
HYBRID = """pair_style hybrid/overlay nnp lj/cut 2.2
pair_coeff * * lj/cut 1.0 1.96
pair_coeff * * nnp {} Si O
"""
PLAIN = "pair_style nnp\npair_coeff * * {} Si O\n"


@pytest.fixture
def crystal(tmp_path: Path) -> str:
    """The commands that read a crystal."""
    write_data(tmp_path / "data", structure("crystal"), ("Si", "O"))
    return preamble(structure("crystal"))


def last_frame(directory: Path) -> NDArray[np.float64]:
    return read_dump(directory / "dump")[:, 1:]


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("pair", [PLAIN, HYBRID])
def test_a_restart_continues_the_run(
    pair: str, ranks: int, crystal: str, model_directory: Path, tmp_path: Path
) -> None:
    pair = pair.format(model_directory)
    start = crystal + pair + "velocity all create 600 1 loop geom\n" + MOTION
    script = start + "run 20\nwrite_restart half\n" + DUMP + "run 20\n"
    run_successfully(script, tmp_path, ranks)
    whole = last_frame(tmp_path)
    run_successfully("read_restart half\n" + pair + MOTION + DUMP + "run 20\n", tmp_path, ranks)
    continued = last_frame(tmp_path)
    assert np.abs(whole[:, 6:]).max() > 0.1, "forces too small to test anything"
    np.testing.assert_allclose(continued, whole, rtol=0, atol=1e-9)


def test_a_restart_on_other_ranks(crystal: str, model_directory: Path, tmp_path: Path) -> None:
    pair = PLAIN.format(model_directory)
    start = crystal + pair + "velocity all create 600 1 loop geom\n" + MOTION
    run_successfully(start + "restart 10 early late\n" + DUMP + "run 30\n", tmp_path, ranks=4)
    whole = last_frame(tmp_path)
    run_successfully("read_restart late\n" + pair + MOTION + DUMP + "run 10\n", tmp_path)
    np.testing.assert_allclose(last_frame(tmp_path), whole, rtol=0, atol=1e-8)


def test_write_data(crystal: str, model_directory: Path, tmp_path: Path) -> None:
    pair = PLAIN.format(model_directory)
    start = crystal + pair + "velocity all create 600 1 loop geom\n" + MOTION
    run_successfully(start + "run 20\nwrite_data half pair ij\n" + DUMP + "run 1\n", tmp_path)
    whole = last_frame(tmp_path)
    assert "Pair Coeffs" not in (tmp_path / "half").read_text()
    again = preamble(structure("crystal")).replace("read_data data", "read_data half")
    run_successfully(again + pair + MOTION + DUMP + "run 1\n", tmp_path, ranks=2)
    np.testing.assert_allclose(last_frame(tmp_path), whole, rtol=0, atol=1e-6)


@pytest.mark.parametrize("pair", [PLAIN, HYBRID])
def test_a_restart_without_the_commands_is_refused(
    pair: str, crystal: str, model_directory: Path, tmp_path: Path
) -> None:
    run_successfully(crystal + pair.format(model_directory) + "run 0\nwrite_restart half\n", tmp_path)
    done = run_lammps("read_restart half\nrun 0\n", tmp_path)
    assert done.returncode != 0
    assert "ERROR: Must re-specify non-restarted pair style" in done.stdout + done.stderr
