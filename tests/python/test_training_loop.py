"""Reasons to stop, and what is kept then; with a trainer that only pretends."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import numpy as np
import pytest

from nnpot.errors import InvalidInputError
from nnpot.training.config import RunConfig
from nnpot.training.session.checkpoint import State, Stop
from nnpot.training.session.epochs import open_log, run_epochs

pytest.importorskip("tensorflow")

from nnpot.training.session.epochs import EpochTrainer, Errors

LOGGED = ("loss", "energy_rmse_mev_per_atom", "force_rmse_mev_per_angstrom", "stress_rmse_gpa")


def errors(*values: float) -> Errors:
    """Of one member, without stresses."""
    return Errors(*(np.array([value]) for value in (*values, np.nan)))


class Pretender:
    """Has the losses it was given; its weights are the number of the epoch."""

    learning_rate = 0.01
    divergence = EpochTrainer.divergence
    n_frames = 8
    charged_elements = ("Na", "Cl")

    def __init__(self, losses: list[float], interrupt_in: int = 0) -> None:
        self._losses = losses
        self._interrupt_in = interrupt_in
        self._epoch = 0
        self.optimizer = self

    def run_epoch(self, epoch: int) -> Errors:
        self._epoch = epoch
        if epoch == self._interrupt_in:
            os.kill(os.getpid(), signal.SIGINT)
        return errors(1.0, 2.0, 3.0)

    def any(self, flag: bool) -> bool:
        return flag

    def adapt(self, losses: list[float]) -> None:
        assert losses == self._losses[: self._epoch]

    def validate(self) -> Errors:
        loss = self._losses[self._epoch - 1]
        return errors(loss, loss, loss)

    def weights(self) -> list[np.ndarray]:
        return [np.array([self._epoch])]

    state = weights

    def charges(self) -> np.ndarray:
        return np.array([[0.25, -0.25]]) * self._epoch


def run(tmp_path: Path, trainer: Pretender, **options: object) -> tuple[Stop, State, list[int]]:
    state, saved = State([], [], [np.array([0])], [0], [np.inf]), []
    config = RunConfig.model_validate({"epochs": 6, **options})
    with open_log(tmp_path / "log.csv", [], Pretender.charged_elements) as log:
        stop = run_epochs(trainer, state, config, log.add, lambda current: saved.append(current.epoch))  # type: ignore[arg-type]
    return stop, state, saved


def test_the_best_weights_are_kept(tmp_path: Path) -> None:
    stop, state, saved = run(tmp_path, Pretender([5, 4, 1, 2, 3, 4]))
    assert stop is Stop.EPOCHS and state.epoch == 6
    assert state.best_epochs == [3] and state.best_losses == [1] and state.best_weights[0] == 3
    assert state.weights[0] == 6
    assert saved == [0, 6]


def test_every_epoch_is_in_the_log(tmp_path: Path) -> None:
    run(tmp_path, Pretender([5, 4, 1, 2, 3, 4]))
    lines = (tmp_path / "log.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 7
    assert lines[0].endswith(",seconds,charge_Na,charge_Cl")
    assert lines[3].startswith("3,0.01,1,2,3,,1,1,1,,") and lines[3].endswith(",0.75,-0.75")


def test_the_log_has_the_means_over_the_members(tmp_path: Path) -> None:
    """Each error of three members in its own column, and the charges."""
    values = np.array([[1.0, 2.0, 9.0]])
    trainer = Pretender([1.0])
    trainer.run_epoch = lambda epoch: Errors(*(factor * values[0] for factor in (1, 10, 100, 1000)))  # type: ignore[method-assign]
    trainer.validate = lambda: Errors(*(factor * values[0] for factor in (2, 20, 200, 2000)))  # type: ignore[method-assign]
    trainer.charges = lambda: np.stack([values[0], -values[0]], axis=1)  # type: ignore[method-assign]
    state = State([], [], [np.zeros(3)], [0] * 3, [np.inf] * 3)
    trainer.weights = lambda: [np.ones(3)]  # type: ignore[method-assign]
    with open_log(tmp_path / "log.csv", [], Pretender.charged_elements) as log:
        run_epochs(trainer, state, RunConfig(epochs=1), log.add, lambda _: None)
    names, row = (line.split(",") for line in (tmp_path / "log.csv").read_text().splitlines())
    found = dict(zip(names, row, strict=True))
    assert [found[f"train_{name}"] for name in LOGGED] == ["4", "40", "400", "4000"]
    assert [found[f"validation_{name}"] for name in LOGGED] == ["8", "80", "800", "8000"]
    assert (found["charge_Na"], found["charge_Cl"]) == ("4", "-4")
    np.testing.assert_array_equal(state.member_history[0], np.outer([2, 20, 200, 2000], values))


def test_patience(tmp_path: Path) -> None:
    stop, state, _ = run(tmp_path, Pretender([5, 1, 2, 3, 0, 0]), patience=2)
    assert stop is Stop.PATIENCE and state.epoch == 4 and state.best_epochs == [2]


def test_time_limit(tmp_path: Path) -> None:
    stop, state, _ = run(tmp_path, Pretender([1] * 6), max_minutes=1e-9)
    assert stop is Stop.TIME and state.epoch == 1


def test_checkpoints_after_every_interval(tmp_path: Path) -> None:
    _, _, saved = run(tmp_path, Pretender([1] * 6), checkpoint_seconds=0)
    assert saved == [0, 1, 2, 3, 4, 5, 6, 6]


def test_ctrl_c_finishes_the_epoch(tmp_path: Path) -> None:
    stop, state, saved = run(tmp_path, Pretender([3, 2, 1, 1, 1, 1], interrupt_in=2))
    assert stop is Stop.INTERRUPTED and state.epoch == 2 and saved[-1] == 2
    assert state.best_weights[0] == 2
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_loss_that_is_no_number_stops_and_names_the_epoch(tmp_path: Path, bad: float) -> None:
    with pytest.raises(InvalidInputError, match=r"training: the loss is .* in epoch 3; lower"):
        run(tmp_path, Pretender([3, 2, bad, 1, 1, 1]))


def test_a_log_forgets_what_came_after_the_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    rows = [(float(epoch), *[float("nan")] * 8) for epoch in (1, 2, 3)]
    with open_log(path, rows):
        pass
    with open_log(path, rows[:1]) as log:
        log.add(rows[1])
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[0] for line in lines] == ["epoch", "1", "2"]
    assert lines[1] == "1,,,,,,,,"
