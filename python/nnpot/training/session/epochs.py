"""The loop over epochs: log, checkpoints, best weights, and the reasons to stop, whatever is trained."""

from __future__ import annotations

import math
import signal
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO, Protocol

import numpy as np
from numpy.typing import NDArray

from nnpot.errors import InvalidInputError
from nnpot.support.files import atomic_write
from nnpot.support.progress import Counter, progress
from nnpot.training.config import RunConfig
from nnpot.training.session.checkpoint import COLUMNS, State
from nnpot.training.session.checkpoint import Stop as Stop
from nnpot.training.session.checkpoint import Weights as Weights

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Errors:
    """Errors over a set of frames, one number for each of K members; NaN where there are no such labels."""

    loss: Array
    energy_rmse: Array
    """meV/atom"""
    force_rmse: Array
    """meV/Å"""
    stress_rmse: Array
    """GPa"""


class Optimizer(Protocol):
    """What changes weights, and all that it remembers of its steps."""

    @property
    def learning_rate(self) -> float:
        """The rate of the next step, or what stands for it in the log."""

    def adapt(self, losses: Sequence[float]) -> None:
        """Hear the losses that judged all epochs so far, before the next one."""

    def state(self) -> Weights:
        """Copies of all that changes."""

    def restore(self, state: Weights) -> None:
        """Take over what `state` gave."""


class EpochTrainer(ABC):
    """Holds weights and changes them epoch by epoch; what `run_epochs` asks of every kind of training."""

    optimizer: Optimizer
    n_frames: int
    """Structures that an epoch goes through."""
    n_members: int = 1
    charged_elements: Sequence[str] = ()
    """Those whose charges are part of the model."""

    @abstractmethod
    def weights(self) -> Weights:
        """Copies of all weights, each with a leading axis of the K members."""

    @abstractmethod
    def set_weights(self, weights: Weights) -> None:
        """Take over what `weights` gave."""

    @abstractmethod
    def run_epoch(self, epoch: int) -> Errors:
        """One pass over all frames in an order that depends on (seed, epoch) alone.

        Returns the mean errors during the pass, that is, of weights that were still changing.
        """

    @abstractmethod
    def validate(self) -> Errors | None:
        """The errors on the validation frames, where there are any."""

    def charges(self) -> Array:
        """(K, E) in e, of the `charged_elements`."""
        return np.zeros((self.n_members, 0))

    def divergence(self, losses: str, epoch: int) -> str:
        """What to say, and advise, where the losses are no longer finite numbers."""
        return (
            f"the loss is {losses} in epoch {epoch}; lower optimizer.initial_rate or check the data for "
            f"extreme energies and forces"
        )

    def any(self, flag: bool) -> bool:
        """Whether the flag is set here, or in another process that trains with this one."""
        return flag

    def restore(self, weights: Weights, optimizer_state: Weights) -> None:
        """Go back to a state that `weights` and the optimizer's `state` gave."""
        self.set_weights(weights)
        self.optimizer.restore(optimizer_state)


class Interruption:
    """Whether a stop was asked for."""

    def __init__(self) -> None:
        self.requested = False

    def request(self, number: int, _frame: FrameType | None) -> None:
        """Remember the first request; the second one interrupts at once."""
        if self.requested:
            raise KeyboardInterrupt
        self.requested = True


@contextmanager
def deferred_interruption() -> Iterator[Interruption]:
    """While this is open, the first SIGINT or SIGTERM is noted; outside the main thread it does nothing."""
    interruption = Interruption()
    if threading.current_thread() is not threading.main_thread():
        yield interruption
        return
    previous = {
        number: signal.signal(number, interruption.request) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield interruption
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


class Log:
    """Writes the rows of `COLUMNS`, behind each the mean charges of the elements, where there are any."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def add(self, row: Sequence[float]) -> None:
        """Add the line of one epoch; it is on its way to the disk when this returns."""
        self._stream.write(_line(row))
        self._stream.flush()


@contextmanager
def open_log(path: Path, history: Sequence[Sequence[float]], charged: Sequence[str] = ()) -> Iterator[Log]:
    """A log that begins with the rows of the epochs already done; what is beyond a checkpoint is forgotten.

    It has a column ``charge_ELEMENT`` for each element whose charge is part of the model.
    """
    with atomic_write(path) as stream:
        stream.write(",".join((*COLUMNS, *(f"charge_{element}" for element in charged))) + "\n")
        stream.writelines(map(_line, history))
    with open(path, "a", encoding="utf-8") as stream:
        yield Log(stream)


def _line(row: Sequence[float]) -> str:
    epoch, *values = row
    return (
        ",".join([f"{epoch:.0f}", *("" if math.isnan(value) else f"{value:.6g}" for value in values)]) + "\n"
    )


def new_state(trainer: EpochTrainer) -> State:
    """Where a run stands before its first epoch."""
    n, state = trainer.n_members, trainer.optimizer.state()
    return State(trainer.weights(), state, trainer.weights(), [0] * n, [math.inf] * n)


def run_epochs(
    trainer: EpochTrainer,
    state: State,
    config: RunConfig,
    log: Callable[[Sequence[float]], None],
    save: Callable[[State], None],
    name: str = "training",
) -> Stop:
    """Train from ``state`` on, which is kept up to date, until there is a reason to stop.

    The trainer is in the state that ``state`` describes; ``log`` receives one row per epoch; ``save`` writes
    a checkpoint, at the start, every ``checkpoint_seconds``, and at the end; the progress bar calls the
    epochs ``name``.

    Raises
    ------
    InvalidInputError
        If the loss is no longer a finite number.
    OSError
        If the log or a checkpoint cannot be written; the checkpoint before stays whole.
    """
    save(state)
    saved = time.monotonic()
    with deferred_interruption() as interruption, progress(name, config.epochs) as counter:
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


def _advance(
    trainer: EpochTrainer, state: State, log: Callable[[Sequence[float]], None], counter: Counter
) -> None:
    """One epoch, and all that follows from its result."""
    start = time.monotonic()
    trainer.optimizer.adapt([judged_loss(row) for row in state.history])
    rate = trainer.optimizer.learning_rate
    train = trainer.run_epoch(state.epoch + 1)
    validation = trainer.validate()
    seconds = time.monotonic() - start
    state.epoch += 1
    state.seconds += seconds
    judged = validation or train
    _require_finite(trainer, train, judged, state.epoch)
    _remember_best(state, judged, trainer.weights())
    row = (state.epoch, rate, *_columns(train), *_columns(validation), state.seconds)
    state.history.append(tuple(map(float, row)))
    state.member_history.append(np.stack(_values(judged)))
    state.charge_history.append(trainer.charges())
    log((*state.history[-1], *state.charge_history[-1].mean(axis=0)))
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
    known = {n: f"{mean:{form}} {unit}" for n, (mean, form, unit) in means.items() if not math.isnan(mean)}
    return known or {"loss": f"{float(errors.loss.mean()):.4f}"}


def _remember_best(state: State, judged: Errors, weights: Weights) -> None:
    """Keep the weights of every member that has never been better."""
    for member, loss in enumerate(judged.loss):
        if loss < state.best_losses[member]:
            state.best_losses[member], state.best_epochs[member] = float(loss), state.epoch
            for best, now in zip(state.best_weights, weights, strict=True):
                best[member] = now[member]


def _keep(trainer: EpochTrainer, state: State, save: Callable[[State], None]) -> None:
    state.weights, state.optimizer = trainer.weights(), trainer.optimizer.state()
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


def _require_finite(trainer: EpochTrainer, train: Errors, judged: Errors, epoch: int) -> None:
    if not (np.isfinite(train.loss).all() and np.isfinite(judged.loss).all()):
        losses = f"{train.loss.mean()} (training) and {judged.loss.mean()} (validation)"
        raise InvalidInputError(f"training: {trainer.divergence(losses, epoch)}")
