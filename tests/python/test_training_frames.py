"""Reading and splitting frames, and the energies of single atoms."""

from __future__ import annotations

from pathlib import Path

import ase.io
import numpy as np
import pytest
from ase import Atoms, units
from ase.calculators.singlepoint import SinglePointCalculator
from training_data import alloy_frames, write_alloy

from nnpot.analysis.atom_energies import fit_atom_energies
from nnpot.errors import InvalidInputError
from nnpot.io import write_frames
from nnpot.training.config import DataConfig
from nnpot.training.data.frames import load_frames, summarize_split


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


@pytest.mark.parametrize("fault", ["no energy", "nan"])
def test_unusable_labels_are_refused(tmp_path: Path, fault: str) -> None:
    frames = alloy_frames(3)
    results = dict(frames[1].calc.results)
    if fault == "nan":
        results["forces"] = np.where(np.eye(len(frames[1]), 3) > 0, np.nan, results["forces"])
    else:
        del results["energy"]
    frames[1].calc = SinglePointCalculator(frames[1], **results)
    path = tmp_path / "train.xyz"
    ase.io.write(path, frames, format="extxyz")
    with pytest.raises(InvalidInputError, match="train.xyz: frame 1"):
        load_frames(DataConfig(train=[path]))


def test_forces_may_be_missing_and_every_label_is_in_the_fingerprint(tmp_path: Path) -> None:
    path, prints = tmp_path / "train.xyz", []
    for missing in ((), (1,), (0, 1, 2)):
        frames = alloy_frames(3)
        for number in missing:
            frames[number].calc.results.pop("forces")
        for stress in (None, np.zeros(6), np.ones(6)):
            if stress is not None:
                frames[2].calc.results["stress"] = stress
            write_frames(path, frames)
            split = load_frames(DataConfig(train=[path], validation_fraction=0.0))
            found = [number for number, f in enumerate(split.train) if "forces" not in f.calc.results]
            assert found == list(missing)
            prints.append(split.fingerprint())
    assert len(set(prints)) == len(prints)


def test_labels_of_other_names_and_units_are_learnt_from(tmp_path: Path) -> None:
    frames = alloy_frames(4)
    for frame in frames:
        frame.info["dft_stress"] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    write_frames(tmp_path / "train.xyz", frames)
    labels = {"stress": "dft_stress", "stress_unit": "kbar", "stress_order": "xx yy zz xy yz xz"}
    config = {"train": tmp_path / "train.xyz", "labels": {**labels, "stress_positive": "compression"}}
    split = load_frames(DataConfig.model_validate(config))
    expected = -0.1 * units.GPa * np.array([1.0, 2.0, 3.0, 5.0, 6.0, 4.0])
    np.testing.assert_allclose(split.train[0].get_stress(), expected)


def test_each_frame_knows_its_file_and_number(tmp_path: Path) -> None:
    train, test = write_alloy(tmp_path, 10), tmp_path / "test.xyz"
    write_frames(test, alloy_frames(2, seed=5))
    split = load_frames(DataConfig(train=[train], test=[test], validation_fraction=0.3))
    expected = energies(alloy_frames(10))
    for name in ("train", "validation"):
        frames = dict(split.parts())[name]
        numbers = [source.number for source in split.sources[name]]
        assert energies(frames) == pytest.approx([expected[number] for number in numbers])
    assert [str(source) for source in split.sources["test"]] == ["test.xyz: frame 0", "test.xyz: frame 1"]
    assert split.test[1].info["source"] == "test.xyz: frame 1"
    summary = summarize_split(split, {"Cu": 0.0, "Au": 0.0})
    assert [(row.name, row.n_frames) for row in summary.sets] == [
        ("train.xyz", 10), ("test.xyz", 2), ("train", 7), ("validation", 3), ("test", 2), ("all", 12),
    ]  # fmt: skip


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
    assert fit_atom_energies(frames, None) == pytest.approx({"Cu": -3.0, "Au": 2.0})


def test_given_atom_energies_are_kept_and_the_others_fitted() -> None:
    frames = alloy_frames(6)
    for frame in frames:
        total = float(np.where(frame.symbols == "Cu", -3.0, 2.0).sum())
        frame.calc = SinglePointCalculator(frame, energy=total)
    assert fit_atom_energies(frames, {"Au": 2.5, "Cu": 1.0}) == {"Cu": 1.0, "Au": 2.5}
    assert fit_atom_energies(frames, {"Cu": -3.0}) == pytest.approx({"Cu": -3.0, "Au": 2.0})
    with pytest.raises(InvalidInputError, match=r"names Ag, which no training frame has \(they have Cu, Au"):
        fit_atom_energies(frames, {"Cu": 1.0, "Ag": 1.0})


def test_compositions_that_do_not_decide_are_said(caplog: pytest.LogCaptureFixture) -> None:
    frames = []
    for number in (1, 2):
        frame = Atoms("H2O" * number, positions=np.arange(9.0 * number).reshape(-1, 3))
        frame.calc = SinglePointCalculator(frame, energy=-14.0 * number)
        frames.append(frame)
    energies = fit_atom_energies(frames, None)
    assert 2 * energies["H"] + energies["O"] == pytest.approx(-14.0)
    assert "do not determine the energies of single atoms" in caplog.text
    caplog.clear()
    assert fit_atom_energies(frames, {"H": -1.0}) == pytest.approx({"H": -1.0, "O": -12.0})
    assert not caplog.text
