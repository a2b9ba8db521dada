"""Medians and ratios of trainings, from runs that were made up."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from training_data import alloy_config
from training_runs import made_up

from nnpot.benchmark.summary import Spread
from nnpot.benchmark.training_cases import training_cases
from nnpot.benchmark.training_summary import TrainingRow, summarize_trainings

CASES = training_cases(alloy_config(Path("train.xyz")), ("adam", "kalman", "sgd"), (), ())
RUNS = [
    made_up("adam", 1, [400.0, 200.0, 100.0, 90.0, 95.0]),
    made_up("kalman", 1, [150.0, 80.0], epoch=1.0),
    made_up("adam", 2, [400.0, 99.0, 110.0, 60.0, 50.0]),
    made_up("kalman", 2, [90.0, 101.0], epoch=2.0),
    made_up("adam", 3, [400.0, 300.0, 200.0, 150.0, 120.0]),
    made_up("kalman", 3, [90.0, 70.0], epoch=2.0, peak_memory=1000.0),
]


def rows(target: float = 100.0) -> dict[str, TrainingRow]:
    return {row.label: row for row in summarize_trainings(RUNS, CASES, 20, target)}


def test_a_case_without_runs_has_no_row() -> None:
    assert list(rows()) == ["adam", "kalman"]


def test_the_first_epoch_does_not_count_for_the_rate() -> None:
    assert rows()["adam"].structures_per_second == Spread(40.0, 40.0, 40.0)
    assert rows()["kalman"].structures_per_second == Spread(10.0, 10.0, 20.0)
    assert rows()["kalman"].rate_ratio == Spread(0.25, 0.25, 0.5)


def test_a_single_epoch_has_no_rate() -> None:
    (row,) = summarize_trainings([made_up("adam", 1, [90.0])], CASES, 20, 100.0)
    assert row.structures_per_second is None
    assert row.seconds_to_target == Spread(2.0, 2.0, 2.0)


def test_the_target_counts_when_it_is_first_reached() -> None:
    adam, kalman = rows().values()
    assert (adam.n_runs, adam.n_reached, kalman.n_reached) == (3, 2, 3)
    assert adam.seconds_to_target == Spread(2.75, 2.5, 3.0)
    assert adam.epochs_to_target == Spread(2.5, 2, 3)
    assert kalman.seconds_to_target == Spread(2.0, 2.0, 3.0)


def test_ratios_are_of_rounds_in_which_both_reached_the_target() -> None:
    ratio = rows()["kalman"].time_ratio
    assert ratio is not None
    assert (ratio.low, ratio.high) == pytest.approx((2.0 / 2.5, 3.0 / 3.0))
    assert rows()["adam"].time_ratio is None


def test_a_target_that_nobody_reached() -> None:
    adam, kalman = rows(10.0).values()
    assert adam.n_reached == kalman.n_reached == 0
    assert adam.seconds_to_target is kalman.time_ratio is adam.epochs_to_target is None


def test_errors_are_those_of_the_epoch_that_was_kept() -> None:
    adam, kalman = rows().values()
    assert adam.force_rmse == Spread(90.0, 50.0, 120.0)
    assert adam.energy_rmse == Spread(4.5, 2.5, 6.0)
    assert kalman.force_rmse == Spread(80.0, 70.0, 90.0)
    assert kalman.peak_memory == 900.0 and kalman.cores.median == 1.5
    assert kalman.first_epoch.high == 2.0


def test_runs_without_validation_have_rates_and_no_errors() -> None:
    (row,) = summarize_trainings([made_up("adam", 1, [math.nan] * 3)], CASES, 20, 100.0)
    assert row.structures_per_second is not None
    assert row.force_rmse is None and row.n_reached == 0
