"""nnpot predict."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from command_line import run
from structures import NAMES, structure

from nnpot import Potential
from nnpot.io import read_frames, write_frames


def test_the_output_holds_the_predictions(
    model_directory: Path, tmp_path: Path, potential: Potential
) -> None:
    frames = [structure(name) for name in NAMES]
    frames[0].info["group"] = "solid"
    write_frames(tmp_path / "in.xyz", frames)
    result = run("predict", str(model_directory), str(tmp_path / "in.xyz"), "-o", str(tmp_path / "out.xyz"))
    assert result.returncode == 0, result.stderr
    found = read_frames(tmp_path / "out.xyz")
    assert found[0].info["group"] == "solid"
    for frame, atoms in zip(found, frames, strict=True):
        said = potential.predict(atoms)
        np.testing.assert_array_equal(frame.positions, atoms.positions)
        np.testing.assert_allclose(frame.get_potential_energy(), said.energy, rtol=1e-13)
        np.testing.assert_allclose(frame.get_forces(), said.forces, atol=1e-11)
        np.testing.assert_allclose(frame.get_potential_energies(), said.atomic_energies, rtol=1e-12)
        assert ("stress" in frame.calc.results) == (atoms.cell.rank == 3)
        if said.stress is not None:
            np.testing.assert_allclose(frame.get_stress(), said.stress, atol=1e-12)


def test_an_unknown_element_is_named_and_nothing_is_written(model_directory: Path, tmp_path: Path) -> None:
    atoms = structure("crystal")
    atoms.symbols[3] = "Ge"
    write_frames(tmp_path / "in.xyz", [atoms])
    result = run("predict", str(model_directory), str(tmp_path / "in.xyz"), "-o", str(tmp_path / "out.xyz"))
    assert result.returncode == 2
    assert "Ge" in result.stderr
    assert not (tmp_path / "out.xyz").exists()


def test_the_output_has_to_be_named(model_directory: Path) -> None:
    assert "--output" in run("predict", str(model_directory), "in.xyz").stderr


def test_a_format_that_cannot_hold_results_is_refused(model_directory: Path, tmp_path: Path) -> None:
    write_frames(tmp_path / "in.xyz", [structure("crystal")])
    result = run("predict", str(model_directory), str(tmp_path / "in.xyz"), "-o", str(tmp_path / "out.cif"))
    assert result.returncode == 2
    (line,) = result.stderr.splitlines()
    assert "out.cif: '.cif' is no format that results are written in" in line and ".traj" in line
    assert [path.name for path in tmp_path.iterdir()] == ["in.xyz"]


def test_the_frames_are_not_overwritten_by_what_is_predicted_for_them(
    model_directory: Path, tmp_path: Path
) -> None:
    write_frames(tmp_path / "in.xyz", [structure("crystal")])
    before = (tmp_path / "in.xyz").read_bytes()
    (tmp_path / "same.xyz").symlink_to("in.xyz")
    result = run("predict", str(model_directory), str(tmp_path / "in.xyz"), "-o", str(tmp_path / "same.xyz"))
    assert result.returncode == 2 and "would be overwritten; name another file" in result.stderr
    assert (tmp_path / "in.xyz").read_bytes() == before


def test_frames_in_the_place_of_the_model_are_named(model_directory: Path, tmp_path: Path) -> None:
    write_frames(tmp_path / "in.xyz", [structure("crystal")])
    result = run("evaluate", str(tmp_path / "in.xyz"), str(model_directory))
    (line,) = result.stderr.splitlines()
    assert result.returncode == 2 and "got a file; MODEL comes first, then FRAMES" in line


def test_what_is_written_without_an_ending_is_said(model_directory: Path) -> None:
    assert "also without any ending" in " ".join(run("predict", "--help").stdout.split())
