"""Reading and splitting frames, and the energies of single atoms."""

from __future__ import annotations

from pathlib import Path

import ase.io
import numpy as np
import pytest
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator
from training_data import alloy_frames, write_alloy

from nnpot.errors import InvalidInputError
from nnpot.io import write_frames
from nnpot.training.config import DataConfig
from nnpot.training.frames import atom_energies, load_frames


def energies(frames: list[Atoms]) -> list[float]:
    return [frame.get_potential_energy() for frame in frames]


def test_every_frame_is_in_exactly_one_part_and_the_seed_decides_which(tmp_path: Path) -> None:
    path = write_alloy(tmp_path, 20)
    data = {"train": [path], "validation_fraction": 0.2, "test_fraction": 0.1}
    split = load_frames(DataConfig.model_validate(data))
    again = load_frames(DataConfig.model_validate(data))
    other = load_frames(DataConfig.model_validate({**data, "seed": 1}))
    assert [len(frames) for _, frames in split.parts()] == [14, 4, 2]
    together = [energy for _, frames in split.parts() for energy in energies(frames)]
    assert sorted(together) == pytest.approx(sorted(energies(alloy_frames(20))))
    assert energies(split.train) == energies(again.train)
    assert split.fingerprint() == again.fingerprint() != other.fingerprint()


def test_test_files_are_kept_apart(tmp_path: Path) -> None:
    test = tmp_path / "test.xyz"
    write_frames(test, alloy_frames(3, seed=5))
    split = load_frames(DataConfig(train=[write_alloy(tmp_path, 10)], test=[test], validation_fraction=0.1))
    assert [len(frames) for _, frames in split.parts()] == [9, 1, 3]


def test_too_few_frames_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="leave none to train on"):
        load_frames(DataConfig(train=[write_alloy(tmp_path, 1)], validation_fraction=0.1))


def test_an_element_that_only_the_test_has_is_refused(tmp_path: Path) -> None:
    train, test = tmp_path / "train.xyz", tmp_path / "test.xyz"
    write_frames(train, [frame for frame in alloy_frames(8) if set(frame.symbols) == {"Cu", "Au"}])
    strange = alloy_frames(1)
    strange[0].symbols[:] = "Ag"
    write_frames(test, strange)
    with pytest.raises(
        InvalidInputError, match=r"test frames hold Ag, which no training frame has \(they have"
    ):
        load_frames(DataConfig(train=[train], test=[test]))


@pytest.mark.parametrize("fault", ["no forces", "nan"])
def test_unusable_labels_are_refused(tmp_path: Path, fault: str) -> None:
    frames = alloy_frames(3)
    results = dict(frames[1].calc.results)
    if fault == "nan":
        results["forces"] = np.where(np.eye(len(frames[1]), 3) > 0, np.nan, results["forces"])
    else:
        del results["forces"]
    frames[1].calc = SinglePointCalculator(frames[1], **results)
    path = tmp_path / "train.xyz"
    ase.io.write(path, frames, format="extxyz")
    with pytest.raises(InvalidInputError, match="train.xyz: frame 1"):
        load_frames(DataConfig(train=[path]))


def test_two_atoms_on_the_same_place_are_refused(tmp_path: Path) -> None:
    frames = alloy_frames(3)
    results = frames[2].calc.results
    frames[2].positions[1] = frames[2].positions[0] + frames[2].cell[0]
    frames[2].calc = SinglePointCalculator(frames[2], **results)
    write_frames(tmp_path / "train.xyz", frames)
    with pytest.raises(InvalidInputError, match=r"train\.xyz: frame 2 .*atoms 0 and 1 are on the same place"):
        load_frames(DataConfig(train=[tmp_path / "train.xyz"]))


def test_fitted_atom_energies_reproduce_energies_that_are_sums() -> None:
    frames = alloy_frames(6)
    for frame in frames:
        total = float(np.where(frame.symbols == "Cu", -3.0, 2.0).sum())
        frame.calc = SinglePointCalculator(frame, energy=total, forces=np.zeros((len(frame), 3)))
    assert atom_energies(frames, None) == pytest.approx({"Cu": -3.0, "Au": 2.0})


def test_given_atom_energies_must_name_the_elements() -> None:
    frames = alloy_frames(2)
    assert atom_energies(frames, {"Au": 2.0, "Cu": 1.0}) == {"Cu": 1.0, "Au": 2.0}
    with pytest.raises(InvalidInputError, match="must name exactly Cu, Au, got Cu"):
        atom_energies(frames, {"Cu": 1.0})


def test_compositions_that_do_not_decide_are_said(caplog: pytest.LogCaptureFixture) -> None:
    frames = []
    for number in (1, 2):
        frame = Atoms("H2O" * number, positions=np.arange(9.0 * number).reshape(-1, 3))
        frame.calc = SinglePointCalculator(frame, energy=-14.0 * number)
        frames.append(frame)
    energies = atom_energies(frames, None)
    assert 2 * energies["H"] + energies["O"] == pytest.approx(-14.0)
    assert "do not determine the energies of single atoms" in caplog.text
