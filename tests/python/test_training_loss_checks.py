"""nnpot.training.loss_checks: a loss that finds nothing to fit is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from ase import Atoms
from training_data import alloy_frames

from nnpot.descriptors import DescriptorConfig, candidate_lines
from nnpot.errors import InvalidInputError
from nnpot.training.config import LossConfig
from nnpot.training.data.frames import Split, check_loss


def split_of(*labels: str, group: str = "solid", validation: bool = True) -> Split:
    frames = alloy_frames(4)
    for frame in frames:
        frame.info["group"] = group
        results = {**frame.calc.results, "stress": np.zeros(6)}
        frame.calc.results = {label: results[label] for label in labels}
    part: list[Atoms] = frames[2:] if validation else []
    return Split(train=frames[:2], validation=part, test=[])


def test_labels_that_are_there_are_accepted(caplog: pytest.LogCaptureFixture) -> None:
    check_loss(LossConfig(), split_of("energy"))
    check_loss(LossConfig(energy_weight=0.0), split_of("energy", "forces"))
    check_loss(LossConfig(group_weights={"solid": 0.5}), split_of("energy", validation=False))
    check_loss(LossConfig(stress_weight=1.0), split_of("energy", "stress"))
    assert caplog.text == ""


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"energy_weight": 0.0}, r"^loss: no training frame .* to be fitted \(forces\)"),
        (
            {"energy_weight": 0.0, "stress_weight": 1.0},
            r"^loss: no training frame .* to be fitted \(forces, stress\)",
        ),
        ({"group_weights": {"solid": 0.0}}, r"^loss: no training frame of a weight above 0"),
        ({"group_weights": {"sold": 2.0}}, "no frame has the group 'sold'; the groups are solid"),
    ],
)
def test_a_loss_without_anything_to_fit_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        check_loss(LossConfig(**options), split_of("energy"))


def test_validation_frames_that_cannot_judge_are_refused() -> None:
    split = Split(train=split_of("energy", "forces").train, validation=split_of("energy").train, test=[])
    with pytest.raises(InvalidInputError, match="no validation frame"):
        check_loss(LossConfig(energy_weight=0.0), split)


def test_stresses_without_a_weight_are_said_in_one_line(caplog: pytest.LogCaptureFixture) -> None:
    split = split_of("energy", "forces", "stress")
    with caplog.at_level("INFO", logger="nnpot"):
        check_loss(LossConfig(stress_weight=1.0), split)
        assert caplog.text == ""
        check_loss(LossConfig(), split)
        (record,) = caplog.records
    assert "stress_weight is 0: the stresses of 2 training frames are not fitted" in record.getMessage()
    caplog.clear()
    with caplog.at_level("INFO", logger="nnpot"):
        check_loss(LossConfig(), split_of("energy", "forces"))
    assert caplog.text == ""


def test_stresses_that_nobody_has_are_said(caplog: pytest.LogCaptureFixture) -> None:
    check_loss(LossConfig(stress_weight=1.0), split_of("energy", "forces"))
    assert "no training frame has a stress" in caplog.text


def test_a_cutoff_that_looks_like_another_unit_is_mentioned(caplog: pytest.LogCaptureFixture) -> None:
    frames = alloy_frames(2)
    elements = sorted({symbol for frame in frames for symbol in frame.symbols})
    candidate_lines(DescriptorConfig(cutoff=6.0), elements, frames)
    assert not caplog.records
    candidate_lines(DescriptorConfig(cutoff=12.0), elements, frames)
    assert "within 12 Å an atom has some" in caplog.text
    with pytest.raises(InvalidInputError, match="expected at most 10000 neighbors of an atom, got some"):
        candidate_lines(DescriptorConfig(cutoff=60.0), elements, frames)
