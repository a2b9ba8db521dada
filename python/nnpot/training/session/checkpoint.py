"""Checkpoints: all that the rest of a run depends on, in one file that is either whole or the old one."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnpot.errors import FileFormatError, InvalidInputError
from nnpot.support.digested import read_arrays, write_arrays

Weights = list[NDArray[np.floating]]

COLUMNS = (
    "epoch",
    "learning_rate",
    "train_loss",
    "train_energy_rmse_mev_per_atom",
    "train_force_rmse_mev_per_angstrom",
    "train_stress_rmse_gpa",
    "validation_loss",
    "validation_energy_rmse_mev_per_atom",
    "validation_force_rmse_mev_per_angstrom",
    "validation_stress_rmse_gpa",
    "seconds",
)
"""Columns of the history and of log.csv: means over the members; NaN (empty in the log) for no number."""


class Stop(str, Enum):
    """Why training ended."""

    EPOCHS = "all epochs done"
    PATIENCE = "no better validation loss within the patience"
    TIME = "time limit reached"
    INTERRUPTED = "interrupted"


ADVICE = "begin anew without --resume in another directory, or remove this one"
"""Where a checkpoint cannot be gone on from."""


@dataclass
class State:
    """Where a run stands after an epoch."""

    weights: Weights
    optimizer: Weights
    best_weights: Weights
    """Each member's weights of its best epoch."""
    best_epochs: list[int]
    """Each member's best epoch; 0 before the first."""
    best_losses: list[float]
    epoch: int = 0
    """Epochs done."""
    seconds: float = 0.0
    """Time spent in epochs, over all parts of the run."""
    history: list[tuple[float, ...]] = field(default_factory=list)
    """One row per epoch, with the values of `COLUMNS`."""
    member_history: list[NDArray[np.float64]] = field(default_factory=list)
    """Per epoch (4, K): of each member loss and errors of energies, forces and stresses, on the validation
    frames, or where there are none on the training frames."""
    charge_history: list[NDArray[np.float64]] = field(default_factory=list)
    """Per epoch (K, E): of each member the charges of the elements, e; empty without charges."""

    def columns(self) -> dict[str, NDArray[np.float64]]:
        """The history, by the names of `COLUMNS`."""
        return dict(zip(COLUMNS, np.array(self.history).T, strict=True))

    def log_rows(self) -> list[tuple[float, ...]]:
        """The rows of log.csv: the history, and the mean charges of the elements."""
        charges = [tuple(map(float, values.mean(axis=0))) for values in self.charge_history]
        return [(*row, *more) for row, more in zip(self.history, charges, strict=True)]


@dataclass(frozen=True)
class Identity:
    """What must not change between the parts of a run."""

    config: str
    data: str
    start: str = ""
    """The model that the run started from."""


def write_checkpoint(path: Path, state: State, identity: Identity) -> None:
    """Write a checkpoint in place of the one before.

    Raises
    ------
    OSError
        If writing fails, on a full disk for example; the checkpoint before stays whole.
    """
    header = {
        "config": identity.config,
        "data": identity.data,
        "start": identity.start,
        "epoch": state.epoch,
        "best_epochs": state.best_epochs,
        "best_losses": state.best_losses,
        "seconds": state.seconds,
    }
    arrays = {"header": np.array(json.dumps(header)), "history": np.array(state.history)}
    arrays["member_history"] = np.array(state.member_history)
    arrays["charge_history"] = np.array(state.charge_history)
    for name in ("weights", "optimizer", "best_weights"):
        arrays |= {f"{name}_{number:03d}": values for number, values in enumerate(getattr(state, name))}
    write_arrays(path, **arrays)


def read_checkpoint(path: Path, identity: Identity) -> State:
    """Read a checkpoint of the same configuration and data.

    Raises
    ------
    FileFormatError
        If the file is no checkpoint, or not what was written to the last byte.
    InvalidInputError
        If it belongs to another configuration, other data or another model to start from.
    """
    content = read_arrays(path, "checkpoint", ADVICE)
    try:
        header = json.loads(str(content["header"]))
        old = Identity(header["config"], header["data"], header["start"])
        state = _state(content, header)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise FileFormatError(f"{path}: is no checkpoint of a training ({error}); {ADVICE}") from error
    _require_same(path, old, identity)
    return state


def _state(content: dict[str, NDArray[Any]], header: dict[str, Any]) -> State:
    groups = {
        name: [content[key] for key in sorted(content) if key.rpartition("_")[0] == name]
        for name in ("weights", "optimizer", "best_weights")
    }
    history = [tuple(map(float, row)) for row in content["history"]]
    return State(
        **groups,
        best_epochs=header["best_epochs"],
        best_losses=header["best_losses"],
        epoch=header["epoch"],
        seconds=header["seconds"],
        history=history,
        member_history=list(content["member_history"]),
        charge_history=list(content["charge_history"]),
    )


def _require_same(path: Path, old: Identity, new: Identity) -> None:
    if old.config != new.config:
        key, difference = _difference(old.config, new.config)
        advice = "resume with the old one or train into a new directory"
        if key == "training.epochs":
            advice = (
                "the learning rate of every epoch depends on it; resume with the old one, or train on in a "
                "new directory with training.start_from naming this run"
            )
        raise InvalidInputError(f"{path}: written with another configuration ({difference}); {advice}")
    if old.data != new.data:
        raise InvalidInputError(
            f"{path}: written with other data; resume with the same files or train into a new directory"
        )
    if old.start != new.start:
        raise InvalidInputError(
            f"{path}: written with another model in training.start_from; resume with the same or train into "
            f"a new directory"
        )


def _difference(old: str, new: str) -> tuple[str, str]:
    """The first key in which two configurations differ, and how."""
    before, after = _flat(json.loads(old)), _flat(json.loads(new))
    for key in sorted({*before, *after}):
        if before.get(key) != after.get(key):
            return key, f"{key} was {before.get(key, 'absent')}, is {after.get(key, 'absent')}"
    return "", "another version of nnpot"


def _flat(values: object, prefix: str = "") -> dict[str, object]:
    if not isinstance(values, dict):
        return {prefix: values}
    result: dict[str, object] = {}
    for key, value in values.items():
        result |= _flat(value, f"{prefix}.{key}" if prefix else key)
    return result
