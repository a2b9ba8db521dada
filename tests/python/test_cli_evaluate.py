"""nnpot evaluate."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from ase.calculators.singlepoint import SinglePointCalculator
from command_line import run
from structures import structure

from nnpot import Potential
from nnpot.io import read_frames, write_frames, write_runner_data


@pytest.fixture
def frames_file(tmp_path: Path, potential: Potential) -> Path:
    """Two frames whose references are off by 3 meV/atom and by 50 meV/Å in every component."""
    frames = []
    for name, group, shift in (("crystal", "solid", 1.0), ("liquid", "melt", -1.0)):
        atoms = structure(name)
        said = potential.predict(atoms)
        atoms.info["group"] = group
        energy = said.energy + 0.003 * shift * len(atoms)
        atoms.calc = SinglePointCalculator(atoms, energy=energy, forces=said.forces - 0.05 * shift)
        frames.append(atoms)
    path = tmp_path / "frames.xyz"
    write_frames(path, frames)
    write_runner_data(tmp_path / "input.data", frames, "atomic")
    return path


def test_json_holds_the_errors(model_directory: Path, frames_file: Path) -> None:
    result = run("evaluate", str(model_directory), str(frames_file), "--json")
    assert result.returncode == 0, result.stderr
    values = json.loads(result.stdout)
    assert (values["n_frames"], values["n_atoms"]) == (2, 88)
    for kind in ("rmse", "mae"):
        assert values[f"energy_{kind}_mev_per_atom"] == pytest.approx(3.0, rel=1e-6)
        assert values[f"force_{kind}_mev_per_angstrom"] == pytest.approx(50.0, rel=1e-6)
    assert list(values["groups"]) == ["solid", "melt"]
    assert result.stderr == "", "progress is silent where stderr is no terminal"


def test_placeholders_are_said_as_nnpot_data_says_them(
    model_directory: Path, frames_file: Path, tmp_path: Path
) -> None:
    frames = read_frames(frames_file)
    for frame in frames:
        frame.calc = SinglePointCalculator(frame, energy=0.0, forces=np.zeros((len(frame), 3)))
    write_frames(tmp_path / "zero.xyz", frames)
    line = (
        "energy and all forces exactly 0 (not computed?) in 2 frame(s): zero.xyz: frame 0, zero.xyz: frame 1"
    )
    page = tmp_path / "report"
    result = run("evaluate", str(model_directory), str(tmp_path / "zero.xyz"), "--json", "-o", str(page))
    assert f"warning: {line}" in result.stderr
    assert line in (page / "report.html").read_text("utf-8") and json.loads(result.stdout)
    assert line in run("data", str(tmp_path / "zero.xyz")).stdout.replace("\n", " ").replace("  ", " ")


def test_the_table_shows_every_group(model_directory: Path, frames_file: Path) -> None:
    result = run("evaluate", str(model_directory), str(frames_file))
    assert result.returncode == 0, result.stderr
    for word in ("solid", "melt", "all", "meV/atom", "50.000"):
        assert word in result.stdout


def test_units_of_the_data_can_be_stated(model_directory: Path, frames_file: Path) -> None:
    data = frames_file.parent / "input.data"
    result = run("evaluate", str(model_directory), str(data), "--data-units", "atomic", "--json")
    assert json.loads(result.stdout)["force_rmse_mev_per_angstrom"] == pytest.approx(50.0, rel=1e-6)
    refused = run("evaluate", str(model_directory), str(data))
    assert refused.returncode == 2
    assert "--data-units" in refused.stderr


def test_units_of_the_model_have_to_be_stated_where_it_does_not(
    model_directory: Path, frames_file: Path, tmp_path: Path
) -> None:
    bare = tmp_path / "model"
    shutil.copytree(model_directory, bare)
    (bare / "model.info").unlink()
    assert "units" in run("evaluate", str(bare), str(frames_file)).stderr
    assert run("evaluate", str(bare), str(frames_file), "--units", "metal").returncode == 0


def test_the_worst_frames_are_listed_on_demand(model_directory: Path, frames_file: Path) -> None:
    result = run("evaluate", str(model_directory), str(frames_file), "--json", "--worst", "1")
    (worst,) = json.loads(result.stdout)["worst"]["by_energy"]
    assert worst["frame"] in ("frame 0", "frame 1") and worst["group"] in ("solid", "melt")
    assert abs(worst["energy_error_mev_per_atom"]) == pytest.approx(3.0, rel=1e-6)
    result = run("evaluate", str(model_directory), str(frames_file), "--worst", "2")
    assert "worst energies" in result.stdout and "frame 1" in result.stdout


def test_a_report_with_pictures_is_written(model_directory: Path, frames_file: Path, tmp_path: Path) -> None:
    result = run("evaluate", str(model_directory), str(frames_file), "-o", str(tmp_path / "out"))
    assert result.returncode == 0, result.stderr
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert written == {
        "report.html",
        "error_distribution.png",
        "parity_energy_frames.png",
        "parity_forces_frames.png",
        "parity_forces_by_element_frames.png",
    }
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert all(word in page for word in ("solid", "melt", "on atom", "Cutoff radius"))


def test_frames_count_for_what_they_have(model_directory: Path, frames_file: Path, tmp_path: Path) -> None:
    atoms = structure("crystal")
    atoms.calc = SinglePointCalculator(atoms, energy=-1.0)
    write_frames(tmp_path / "frames.xyz", [atoms])
    result = run("evaluate", str(model_directory), str(tmp_path / "frames.xyz"), "--json")
    assert result.returncode == 0, result.stderr
    values = json.loads(result.stdout)
    assert "energy_rmse_mev_per_atom" in values and "force_rmse_mev_per_angstrom" not in values


def test_frames_without_any_label_are_refused(model_directory: Path, tmp_path: Path) -> None:
    write_frames(tmp_path / "frames.xyz", [structure("crystal")])
    result = run("evaluate", str(model_directory), str(tmp_path / "frames.xyz"))
    assert result.returncode == 2
    assert "none of the 1 frames has an energy, forces or a stress" in result.stderr


def test_two_atoms_on_the_same_place_are_named_with_their_frame(
    model_directory: Path, frames_file: Path
) -> None:
    atoms = structure("crystal")
    atoms.positions[37] = atoms.positions[5]
    atoms.calc = SinglePointCalculator(atoms, energy=-1.0, forces=np.zeros((64, 3)))
    write_frames(frames_file, [structure("crystal"), atoms])
    result = run("predict", str(model_directory), str(frames_file), "-o", str(frames_file.parent / "out.xyz"))
    assert result.returncode == 2
    assert "frame 1" in result.stderr
    assert "atoms 5 and 37" in result.stderr
    assert not (frames_file.parent / "out.xyz").exists()
