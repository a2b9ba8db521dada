"""The loop over epochs: log, checkpoints, best weights, and the reasons to stop."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from nnpot.errors import InvalidInputError
from nnpot.support.progress import Counter, progress
from nnpot.training.checkpoint import COLUMNS, State, Weights
from nnpot.training.config import RunConfig
from nnpot.training.epoch_trainer import EpochTrainer
from nnpot.training.interruption import Interruption, deferred_interruption
from nnpot.training.log import Log
from nnpot.training.trainer import Errors


class Stop(str, Enum):
    """Why training ended."""

    EPOCHS = "all epochs done"
    PATIENCE = "no better validation loss within the patience"
    TIME = "time limit reached"
    INTERRUPTED = "interrupted"


def run_epochs(
    trainer: EpochTrainer, state: State, config: RunConfig, log: Log, save: Callable[[State], None]
) -> Stop:
    """Train from ``state`` on, which is kept up to date, until there is a reason to stop.

    Parameters
    ----------
    trainer
        Holds the weights; in the state that ``state`` describes.
    state
        Where the run stands; advanced in place, epoch by epoch.
    config
        Epochs, patience, time limit, interval of checkpoints.
    log
        Receives one row per epoch.
    save
        Writes a checkpoint; called at the start, every ``checkpoint_seconds``, and at the end.

    Raises
    ------
    InvalidInputError
        If the loss is no longer a finite number.
    OSError
        If the log or a checkpoint cannot be written; the checkpoint before stays whole.
    """
    save(state)
    saved = time.monotonic()
    with deferred_interruption() as interruption, progress("training", config.epochs) as counter:
        counter.advance(state.epoch)
        while (stop := _reason_to_stop(state, config, interruption, trainer)) is None:
            _advance(trainer, state, log, counter)
            if time.monotonic() - saved >= config.checkpoint_seconds:
                _keep(trainer, state, save)
                saved = time.monotonic()
        _keep(trainer, state, save)
    return stop


def _reason_to_stop(
    state: State, config: RunConfig, interruption: Interruption, trainer: EpochTrainer
) -> Stop | None:
    if state.epoch >= config.epochs:
        return Stop.EPOCHS
    if config.patience is not None and state.epoch - max(state.best_epochs) >= config.patience:
        return Stop.PATIENCE
    if config.max_minutes is not None and trainer.any(state.seconds >= 60.0 * config.max_minutes):
        return Stop.TIME
    return Stop.INTERRUPTED if trainer.any(interruption.requested) else None


def _advance(trainer: EpochTrainer, state: State, log: Log, counter: Counter) -> None:
    """One epoch, and all that follows from its result."""
    start = time.monotonic()
    trainer.adapt([judged_loss(row) for row in state.history])
    rate = trainer.learning_rate
    train = trainer.run_epoch(state.epoch + 1)
    validation = trainer.validate()
    seconds = time.monotonic() - start
    state.epoch += 1
    state.seconds += seconds
    judged = validation or train
    _require_finite(train, judged, state.epoch)
    _remember_best(state, judged, trainer.weights())
    row = (state.epoch, rate, *_columns(train), *_columns(validation), state.seconds)
    state.history.append(tuple(map(float, row)))
    state.member_history.append(np.stack(_values(judged)))
    state.charge_history.append(trainer.charges())
    log.add((*state.history[-1], *state.charge_history[-1].mean(axis=0)))
    counter.advance(
        1,
        **_shown_errors(judged),
        structures=f"{trainer.n_frames / max(seconds, 1e-9):.0f}/s",
        **_shown(trainer.charged_elements, state.charge_history[-1].mean(axis=0)),
    )


def _shown(elements: Sequence[str], charges: NDArray[np.float64]) -> dict[str, str]:
    """The charges for the line of progress, means over the members."""
    found = " ".join(f"{element} {charge:+.3f}" for element, charge in zip(elements, charges, strict=True))
    return {"charges": found} if found else {}


def _shown_errors(errors: Errors) -> dict[str, str]:
    """For the line of progress; there is no energy where forces are put out directly."""
    found = {"energy": (errors.energy_rmse, ".2f", "meV/atom"), "forces": (errors.force_rmse, ".1f", "meV/Å")}
    means = {name: (float(values.mean()), form, unit) for name, (values, form, unit) in found.items()}
    return {
        name: f"{mean:{form}} {unit}" for name, (mean, form, unit) in means.items() if not math.isnan(mean)
    }


def _remember_best(state: State, judged: Errors, weights: Weights) -> None:
    """Keep the weights of every member that has never been better."""
    for member, loss in enumerate(judged.loss):
        if loss < state.best_losses[member]:
            state.best_losses[member], state.best_epochs[member] = float(loss), state.epoch
            for best, now in zip(state.best_weights, weights, strict=True):
                best[member] = now[member]


def _keep(trainer: EpochTrainer, state: State, save: Callable[[State], None]) -> None:
    state.weights, state.optimizer = trainer.weights(), trainer.optimizer_state()
    save(state)


def judged_loss(row: Sequence[float]) -> float:
    """The validation loss in a row of the history; the training loss where there is none."""
    values = dict(zip(COLUMNS, row, strict=True))
    loss = values["validation_loss"]
    return values["train_loss"] if math.isnan(loss) else loss


def _columns(errors: Errors | None) -> tuple[float, ...]:
    if errors is None:
        return (math.nan,) * 4
    return tuple(float(values.mean()) for values in _values(errors))


def _values(errors: Errors) -> tuple[NDArray[np.float64], ...]:
    """In the order of `COLUMNS`."""
    return errors.loss, errors.energy_rmse, errors.force_rmse, errors.stress_rmse


def _require_finite(train: Errors, judged: Errors, epoch: int) -> None:
    if not (np.isfinite(train.loss).all() and np.isfinite(judged.loss).all()):
        raise InvalidInputError(
            f"training: the loss is {train.loss.mean()} (training) and {judged.loss.mean()} (validation) in "
            f"epoch {epoch}; lower optimizer.initial_rate or check the data for extreme energies and forces"
        )
