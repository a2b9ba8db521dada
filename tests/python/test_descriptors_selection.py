"""Which symmetry functions are kept."""

from __future__ import annotations

import logging

import numpy as np
import pytest
from training_data import alloy_frames

from nnpot import _core
from nnpot.descriptors import Selection, automatic_lines, choose_functions, sample_values, select
from nnpot.errors import InvalidInputError

RANDOM = np.random.default_rng(0)
A, B, C = RANDOM.normal(size=(3, 500))
VALUES = np.stack([A, A + 0.01 * B, 0.001 * C, B, np.full(500, 3.0), A + B + 0.5 * C], axis=1)
"""Twins, one of small range, one of no range, and one that is nearly the sum of two."""


def kept(**keys: object) -> list[int]:
    return list(np.flatnonzero(select(VALUES, Selection.model_validate(keys))))


def test_every_method_drops_what_does_not_vary() -> None:
    assert kept() == [0, 1, 2, 3, 5]
    assert 4 not in kept(method="range", count=6)
    assert 4 not in kept(method="correlation", count=6)
    assert 4 not in kept(method="cur", count=6)
    assert not select(np.ones((1, 3)), Selection()).any(), "one atom has no range"


def test_by_range() -> None:
    assert kept(method="range", threshold=0.1) == [0, 1, 3, 5]
    assert kept(method="range", count=1) == [5]
    assert kept(method="range", threshold=100.0) == []


def test_by_correlation_the_first_of_two_twins_stays() -> None:
    assert kept(method="correlation", threshold=0.99) == [0, 2, 3, 5]
    found = kept(method="correlation", count=3)
    assert found == [0, 2, 3]
    matrix = np.abs(np.corrcoef(VALUES[:, found].T)) - np.eye(3)
    assert matrix.max() < 0.1


def distance_from_span(columns: list[int]) -> float:
    """Of the standardised functions, the largest part that no combination of these columns gives."""
    scaled = (VALUES - VALUES.mean(axis=0))[:, [0, 1, 2, 3, 5]]
    scaled /= scaled.std(axis=0)
    own = (VALUES - VALUES.mean(axis=0))[:, columns]
    left = scaled - own @ np.linalg.lstsq(own, scaled, rcond=None)[0]
    return float(left.std(axis=0).max())


def test_cur_takes_functions_from_which_the_others_can_be_rebuilt() -> None:
    found = kept(method="cur", count=3)
    assert len(found) == 3 and distance_from_span(found) < 0.02
    assert distance_from_span([0, 1, 3]) > 0.9, "the check can fail"


def test_cur_ends_when_nothing_is_left() -> None:
    values = np.concatenate([VALUES[:, :1], 2.0 * VALUES[:, :1]], axis=1)
    assert select(values, Selection(method="cur", count=2)).sum() == 1


def test_a_selection_is_the_same_every_time_and_in_the_order_of_the_candidates() -> None:
    frames = alloy_frames(12)
    lines = automatic_lines(["Cu", "Au"], 4.0)
    selection = Selection(method="cur", count=9)
    first = choose_functions(lines, ["Cu", "Au"], 6, frames, selection)
    assert first == choose_functions(list(reversed(lines)), ["Cu", "Au"], 6, frames, selection)
    assert [line.split()[0] for line in first] == ["Cu"] * 9 + ["Au"] * 9


def test_a_selection_that_leaves_nothing_is_refused() -> None:
    lines = automatic_lines(["Cu", "Au"], 4.0)
    with pytest.raises(InvalidInputError, match=r"of Cu is left; lower the threshold 1000"):
        choose_functions(lines, ["Cu", "Au"], 6, alloy_frames(4), Selection(method="range", threshold=1e3))


def test_constant_functions_are_named(caplog: pytest.LogCaptureFixture) -> None:
    lines = ["Cu 2 Cu 0.5 0.0 4.0", "Cu 2 Cu 0.5 0.0 0.7", "Au 2 Cu 0.5 0.0 4.0"]
    with caplog.at_level(logging.WARNING):
        assert len(choose_functions(lines, ["Cu", "Au"], 6, alloy_frames(6), Selection())) == 2
    assert "Cu: 1 symmetry functions are dropped, they do not vary: Cu 2 Cu 0.5 0 0.7" in caplog.text


def test_many_atoms_are_thinned_out_evenly() -> None:
    frames = alloy_frames(10)
    functions = _core.SymmetryFunctions(["Cu", "Au"], ["Cu 2 Cu 0.5 0.0 4.0", "Au 2 Cu 0.5 0.0 4.0"], 1)
    everything = sample_values(functions, frames)
    assert sum(map(len, everything.values())) == sum(map(len, frames))
    for most_atoms in range(1, 2 + max(map(len, everything.values()))):
        for element, values in sample_values(functions, frames, most_atoms).items():
            assert len(values) == min(most_atoms, len(everything[element]))
    thinned = sample_values(functions, frames, 8)
    assert all(len(values) == 8 for values in thinned.values())
    assert np.isin(thinned["Cu"], everything["Cu"]).all()
