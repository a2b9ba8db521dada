"""Which frames train, validate and test: by fraction, group and file."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from ase import Atoms
from training_data import alloy_frames, write_alloy

from nnpot.errors import InvalidInputError
from nnpot.io import read_frames, write_frames, write_runner_data
from nnpot.io.labels import group_of
from nnpot.training.config import DataConfig, LossConfig
from nnpot.training.data.frames import load_frames, split_indices, summarize_split


def frames_of(**sizes: int) -> list[Atoms]:
    """So many frames of each group, without anything else."""
    return [Atoms("Cu", info={"group": group}) for group, n in sizes.items() for _ in range(n)]


def config(**values: Any) -> DataConfig:
    return DataConfig.model_validate({"train": "train.xyz", **values})


def groups_in(frames: list[Atoms], indices: list[int]) -> Counter[str]:
    return Counter(frames[i].info["group"] for i in indices)


@pytest.mark.parametrize("seed", range(5))
def test_a_stratified_split_has_its_share_of_every_group(seed: int) -> None:
    frames = frames_of(bulk=150, surface=30, liquid=20)
    parts = split_indices(frames, config(validation_fraction=0.1, test_fraction=0.2, seed=seed))
    assert sorted(i for part in parts.values() for i in part) == list(range(200))
    assert groups_in(frames, parts["test"]) == {"bulk": 30, "surface": 6, "liquid": 4}
    found = groups_in(frames, parts["validation"])
    assert abs(found["bulk"] - 15) <= 1 and abs(found["surface"] - 3) <= 1 and abs(found["liquid"] - 2) <= 1
    assert sum(found.values()) == 20


def test_the_seed_decides_and_small_groups_are_drawn_from_fairly() -> None:
    frames = frames_of(bulk=96, rare=4)
    splits = [split_indices(frames, config(seed=seed))["validation"] for seed in (0, 0, *range(1, 60))]
    assert splits[0] == splits[1] != splits[2]
    with_rare = sum(any(i >= 96 for i in split) for split in splits)
    assert 0.15 * len(splits) < with_rare < 0.7 * len(splits), "expected in about 0.4 of them"


def test_a_random_split_does_not_look_at_groups() -> None:
    frames = frames_of(a=50, b=50)
    plain = split_indices(frames, config(split="random"))
    for frame in frames:
        frame.info.clear()
    assert split_indices(frames, config(split="random")) == plain
    assert split_indices(frames, config()) == plain, "without groups both ways are the same"


def test_groups_are_set_apart_and_the_fraction_is_of_the_rest() -> None:
    frames = frames_of(bulk=20, surface=10, liquid=10)
    parts = split_indices(frames, config(test_groups="surface"))
    assert groups_in(frames, parts["test"]) == {"surface": 10}
    assert groups_in(frames, parts["validation"]) == {"bulk": 2, "liquid": 1}
    parts = split_indices(frames, config(validation_groups=["liquid"], test_fraction=0.2))
    assert groups_in(frames, parts["validation"]) == {"liquid": 10}, "no fraction beside groups"
    assert groups_in(frames, parts["test"]) == {"bulk": 4, "surface": 2}


def test_an_unknown_group_is_refused_with_the_known_ones() -> None:
    with pytest.raises(
        InvalidInputError,
        match=r"data\.test_groups: no training frame has the group 'melt'; the groups are bulk, liquid",
    ):
        split_indices(frames_of(liquid=3, bulk=3), config(test_groups="melt"))
    with pytest.raises(InvalidInputError, match="the groups are none"):
        split_indices([Atoms("Cu")] * 3, config(validation_groups="melt"))


def test_groups_that_leave_nothing_are_refused() -> None:
    with pytest.raises(
        InvalidInputError, match=r"6 frame\(s\) leave none to train on .*\(3 by group or set=test, 3 and"
    ):
        split_indices(frames_of(a=3, b=3), config(test_groups="a", validation_fraction=0.99))


def test_frames_that_their_file_marks_as_test_frames_are_never_trained_on() -> None:
    frames = frames_of(a=10, b=10)
    for number in (3, 7, 12):
        frames[number].info["set"] = "test"
    frames[4].info["set"] = "train"
    for values in ({}, {"validation_groups": "b"}, {"test_fraction": 0.2}, {"test_groups": "a"}):
        parts = split_indices(frames, config(**values))
        assert {3, 7, 12} <= set(parts["test"]) and sorted(sum(parts.values(), [])) == list(range(20))
    assert split_indices(frames, config())["test"] == [3, 7, 12]
    with pytest.raises(InvalidInputError, match=r"leave none to train on .*\(1 by group or set=test"):
        split_indices(frames[3:5], config(validation_fraction=0.5))


def test_test_frames_of_an_input_data_of_n2p2_are_kept_apart(tmp_path: Path) -> None:
    frames = alloy_frames(12)
    for number, frame in enumerate(frames):
        frame.info["set"] = "test" if number % 4 == 0 else "train"
    write_runner_data(tmp_path / "input.data", frames, "metal")
    split = load_frames(DataConfig(train=[tmp_path / "input.data"], units="metal"))
    assert [source.number for source in split.sources["test"]] == [0, 4, 8]
    assert len(split.train) + len(split.validation) == 9
    headings, rows = summarize_split(split).table()
    assert ["test", "3"] in [row[:2] for row in rows], headings


@pytest.mark.parametrize(
    ("written", "config_type"),
    [
        ("300 600", "300 600"),
        ("300", "300"),
        ("2.50", "'2.50'"),
        ("T", "T"),
        ("007", "'007'"),
        ("1e3", "1e3"),
    ],
)
def test_a_group_is_the_text_that_stands_in_the_file(tmp_path: Path, written: str, config_type: str) -> None:
    """Whatever it looks like: as two numbers, a number, or True."""
    frames = alloy_frames(6)
    for frame in frames:
        frame.info["group"] = "other"
    write_frames(tmp_path / "train.xyz", frames)
    text = (tmp_path / "train.xyz").read_text().replace("group=other", f'config_type="{written}"', 2)
    (tmp_path / "train.xyz").write_text(text)
    values = yaml.safe_load(f"train: {tmp_path / 'train.xyz'}\ntest_groups: {config_type}\n")
    split = load_frames(DataConfig.model_validate(values))
    assert [frame.info["group"] for frame in split.test] == [written] * 2
    weights = yaml.safe_load(f"group_weights: {{{config_type}: 2.5}}")
    assert LossConfig.model_validate(weights).group_weights == {written: 2.5}
    (tmp_path / "again.xyz").touch()
    write_frames(tmp_path / "again.xyz", split.test)
    assert [group_of(frame) for frame in read_frames(tmp_path / "again.xyz")] == [written] * 2


@pytest.mark.parametrize(
    ("value", "name"),
    [("a b", "a b"), (300, "300"), (np.array([300, 600]), "300 600"), (True, "T"), ([True, False], "T F")],
)
def test_groups_of_frames_in_memory_have_the_same_names(value: object, name: str) -> None:
    assert group_of(Atoms("Cu", info={"group": value})) == name


def test_files_validate_without_a_fraction(tmp_path: Path) -> None:
    validation, test = tmp_path / "validation.xyz", tmp_path / "test.xyz"
    write_frames(validation, alloy_frames(4, seed=5))
    write_frames(test, alloy_frames(2, seed=6))
    train = write_alloy(tmp_path, 10)
    split = load_frames(DataConfig(train=[train], validation=[validation], test=[test]))
    assert [len(frames) for _, frames in split.parts()] == [10, 4, 2]
    assert {source.path for source in split.sources["validation"]} == {validation}
