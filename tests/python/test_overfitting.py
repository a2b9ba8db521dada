"""Where learning curves turn."""

from __future__ import annotations

import numpy as np
import pytest

from nnpot.analysis.overfitting import overfitting_epoch

EPOCHS = np.arange(1, 601)
FALLING = 1.0 / EPOCHS


def noisy(values: np.ndarray, deviation: float, seed: int = 0) -> np.ndarray:
    return np.asarray(values * np.exp(deviation * np.random.default_rng(seed).normal(size=len(values))))


def turning(epoch: int) -> np.ndarray:
    """Falls as 1/epoch, and rises linearly, with its smallest value where it is asked for."""
    return np.asarray(1.0 / EPOCHS + EPOCHS / epoch**2)


@pytest.mark.parametrize("epoch", [80, 150, 250])
@pytest.mark.parametrize("deviation", [0.0, 0.02, 0.1])
def test_a_turn_is_found_also_with_noise(epoch: int, deviation: float) -> None:
    for seed in range(5):
        found = overfitting_epoch(noisy(FALLING, deviation, seed), noisy(turning(epoch), deviation, seed + 9))
        assert found is not None
        assert abs(np.log(found / epoch)) < (0.1 if deviation == 0.0 else 0.5)


@pytest.mark.parametrize("deviation", [0.0, 0.02, 0.1, 0.5])
@pytest.mark.parametrize("shape", ["falling", "level at the end"])
def test_no_turn_is_found_where_there_is_none(shape: str, deviation: float) -> None:
    curve = FALLING if shape == "falling" else FALLING + 0.05
    for seed in range(20):
        assert overfitting_epoch(noisy(FALLING, deviation, seed), noisy(curve, deviation, seed + 50)) is None


def test_a_rise_with_the_training_loss_is_no_overfitting() -> None:
    assert overfitting_epoch(turning(200), 1.1 * turning(200)) is None


def test_a_rise_within_the_noise_is_none() -> None:
    rising = FALLING + 0.05 + 2e-5 * EPOCHS
    assert overfitting_epoch(FALLING, noisy(rising, 0.3)) is None
    assert overfitting_epoch(FALLING, rising) is not None, "the same without noise"


def test_a_minimum_at_the_end_is_no_turn() -> None:
    assert overfitting_epoch(FALLING, turning(590)) is None


@pytest.mark.parametrize("n", [0, 1, 10, 29])
def test_a_short_curve_says_nothing(n: int) -> None:
    assert overfitting_epoch(FALLING[:n], turning(8)[:n]) is None


@pytest.mark.parametrize("bad", [np.nan, np.inf, 0.0])
def test_curves_that_are_no_numbers_say_nothing(bad: float) -> None:
    validation = turning(200)
    validation[17] = bad
    assert overfitting_epoch(FALLING, validation) is None
