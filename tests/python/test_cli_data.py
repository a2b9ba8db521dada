"""nnpot data."""

from __future__ import annotations

from pathlib import Path

import yaml
from ase.calculators.singlepoint import SinglePointCalculator
from command_line import run
from training_data import alloy_frames, alloy_values, write_alloy

from nnpot.io import write_frames, write_runner_data


def test_the_tables_name_files_elements_and_distances(tmp_path: Path) -> None:
    first, second = write_alloy(tmp_path, 6), tmp_path / "more.xyz"
    write_frames(second, alloy_frames(2, seed=9))
    result = run("data", str(first), str(second))
    assert result.returncode == 0, result.stderr
    for text in ("train.xyz", "more.xyz", "all", "Cu Au", "force RMS", "Au–Cu", "energies of single atoms"):
        assert text in result.stdout
    assert "warning" not in result.stdout and result.stderr == ""


def test_units_have_to_be_stated_and_wrong_ones_are_noticed(tmp_path: Path) -> None:
    path = tmp_path / "input.data"
    write_runner_data(path, alloy_frames(4), "metal")
    assert run("data", str(path)).returncode == 2
    right = run("data", str(path), "--units", "metal")
    assert "warning" not in right.stdout and right.stderr == ""
    wrong = run("data", str(path), "--units", "atomic")
    assert wrong.returncode == 0 and "are the lengths in another unit" in wrong.stdout


def test_a_configuration_shows_the_split_and_what_is_in_two_parts(tmp_path: Path) -> None:
    train = write_alloy(tmp_path, 10)
    write_frames(tmp_path / "test.xyz", alloy_frames(10)[:1])
    values = alloy_values(train)
    values["data"]["test"] = [str(tmp_path / "test.xyz")]
    path = tmp_path / "train.yaml"
    path.write_text(yaml.safe_dump(values))
    result = run("data", str(path))
    assert result.returncode == 0, result.stderr
    for text in ("validation", "the same structures in different parts", "test.xyz: frame 0 (test)"):
        assert text in result.stdout
    refused = run("data", str(path), str(train))
    assert refused.returncode == 2 and "stands alone" in refused.stderr


def test_test_frames_of_n2p2_have_a_row(tmp_path: Path) -> None:
    frames = alloy_frames(5)
    for frame in frames[:2]:
        frame.info["set"] = "test"
    write_runner_data(tmp_path / "input.data", frames, "metal")
    result = run("data", str(tmp_path / "input.data"), "--units", "metal")
    assert result.returncode == 0, result.stderr
    rows = [line.strip("│ ").split("│")[:2] for line in result.stdout.splitlines() if line.startswith("│")]
    assert [[word.strip() for word in row] for row in rows][:3] == [
        ["test (set=test)", "2"],
        ["train", "3"],
        ["all", "5"],
    ]


def test_frames_without_labels_are_shown(tmp_path: Path) -> None:
    frames = alloy_frames(3)
    frames[0].calc = None
    frames[1].calc = SinglePointCalculator(frames[1], energy=1.0)
    write_frames(tmp_path / "frames.xyz", frames)
    result = run("data", str(tmp_path / "frames.xyz"))
    assert result.returncode == 0, result.stderr
    assert "no energy, needed for training, in 1 frame(s): frames.xyz: frame 0" in result.stdout
    assert "no forces" in result.stdout


def test_compositions_that_do_not_decide_the_energies_of_atoms_are_said(tmp_path: Path) -> None:
    write_frames(tmp_path / "one.xyz", alloy_frames(1))
    result = run("data", str(tmp_path / "one.xyz"))
    assert result.returncode == 0
    assert "do not determine the energies of single atoms (Cu, Au)" in result.stderr
