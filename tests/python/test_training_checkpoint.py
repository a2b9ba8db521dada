"""Checkpoints are whole, and belong to one configuration and one data set."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nnpot.errors import FileFormatError, InvalidInputError
from nnpot.training.session.checkpoint import COLUMNS, Identity, State, read_checkpoint, write_checkpoint

IDENTITY = Identity('{"training": {"seed": 0}}', "abc")


def state() -> State:
    random = np.random.default_rng(0)
    weights = [random.normal(size=(3, 2)).astype("float32"), random.normal(size=2)]
    return State(
        weights=weights,
        optimizer=[np.array(7), *weights],
        best_weights=[2.0 * values for values in weights],
        best_epochs=[1, 2],
        best_losses=[0.25, 0.1],
        epoch=2,
        seconds=1.5,
        history=[
            tuple(float(n) for n in range(len(COLUMNS))),
            (2.0, float("nan"), *[1.0] * (len(COLUMNS) - 2)),
        ],
        member_history=[np.arange(8.0).reshape(4, 2), np.ones((4, 2))],
    )


def test_a_checkpoint_gives_back_every_bit(tmp_path: Path) -> None:
    path, before = tmp_path / "checkpoint.npz", state()
    write_checkpoint(path, before, IDENTITY)
    after = read_checkpoint(path, IDENTITY)
    for name in ("weights", "optimizer", "best_weights"):
        for first, second in zip(getattr(before, name), getattr(after, name), strict=True):
            assert first.dtype == second.dtype
            np.testing.assert_array_equal(first, second)
    for name in ("best_epochs", "best_losses", "epoch", "seconds"):
        assert getattr(before, name) == getattr(after, name)
    np.testing.assert_array_equal(before.history, after.history)
    np.testing.assert_array_equal(before.member_history, after.member_history)


def test_a_checkpoint_before_the_first_epoch(tmp_path: Path) -> None:
    path, before = tmp_path / "checkpoint.npz", state()
    new = State(before.weights, before.optimizer, before.best_weights, [0], [float("inf")])
    write_checkpoint(path, new, IDENTITY)
    after = read_checkpoint(path, IDENTITY)
    assert (after.epoch, after.best_losses, after.history) == (0, [float("inf")], [])


@pytest.mark.parametrize(
    ("identity", "message"),
    [
        (Identity('{"training": {"seed": 1}}', "abc"), r"training\.seed was 0, is 1"),
        (Identity(IDENTITY.config, "abd"), "written with other data"),
        (Identity(IDENTITY.config, "abc", "model"), r"another model in training\.start_from"),
    ],
)
def test_another_run_is_refused(tmp_path: Path, identity: Identity, message: str) -> None:
    path = tmp_path / "checkpoint.npz"
    write_checkpoint(path, state(), IDENTITY)
    with pytest.raises(InvalidInputError, match=message):
        read_checkpoint(path, identity)


def test_more_epochs_are_refused_with_advice_where_the_rates_depend_on_them(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.npz"
    write_checkpoint(path, state(), Identity('{"training": {"epochs": 10}}', "abc"))
    with pytest.raises(InvalidInputError, match=r"epochs was 10, is 20\); the learning rate .*start_from"):
        read_checkpoint(path, Identity('{"training": {"epochs": 20}}', "abc"))


@pytest.mark.parametrize("content", [b"", b"no archive", None])
def test_a_damaged_checkpoint_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "checkpoint.npz"
    write_checkpoint(path, state(), IDENTITY)
    path.write_bytes(path.read_bytes()[:500] if content is None else content)
    with pytest.raises(
        FileFormatError, match=r"checkpoint\.npz: the checkpoint is damaged: .* begin anew without --resume"
    ):
        read_checkpoint(path, IDENTITY)
