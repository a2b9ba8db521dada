"""The trainings that are compared: one configuration with other optimizers, means and values."""

from __future__ import annotations

import copy
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from nnpot.errors import FileFormatError, InvalidInputError
from nnpot.support.messages import shortened
from nnpot.support.yaml_file import describe
from nnpot.support.yaml_text import parse_value
from nnpot.training import TrainingConfig


@dataclass(frozen=True)
class Change:
    """A value that takes the place of the configuration's, for one optimizer or for all."""

    key: str
    """As ``training.epochs``."""
    value: Any
    optimizer: str = ""
    """Empty: all."""

    @classmethod
    def parse(cls, text: str) -> Change:
        """``[OPTIMIZER:]KEY=VALUE``; the value as in a YAML file."""
        match = re.fullmatch(r"(?:(\w+):)?(\w+(?:\.\w+)+)=(.*)", text)
        if match is None:
            raise InvalidInputError(
                f"--set {shortened(text)}: expected [OPTIMIZER:]SECTION.KEY=VALUE, as "
                f"kalman:training.epochs=30"
            )
        optimizer, key, value = match.groups()
        try:
            return cls(key, parse_value(value), optimizer or "")
        except FileFormatError as error:
            raise InvalidInputError(f"--set {key}: {error}") from error

    def apply(self, values: dict[str, Any]) -> None:
        """Put the value into a configuration, in place."""
        *sections, key = self.key.split(".")
        for section in sections:
            values = values.setdefault(section, {})
            if not isinstance(values, dict):
                raise InvalidInputError(f"--set {self.key}: {section} has no keys of its own")
        values[key] = self.value


@dataclass(frozen=True)
class TrainingCase:
    """One way to train."""

    label: str
    optimizer: str
    memory: str
    """``training.jacobian``"""
    values: dict[str, Any]
    """The configuration, as `TrainingConfig.values` gives it."""

    def with_seed(self, number: int) -> dict[str, Any]:
        """The configuration of a round, counted from 1: each has other first weights and another order."""
        values = copy.deepcopy(self.values)
        values["training"]["seed"] += number - 1
        return values


def training_cases(
    config: TrainingConfig, optimizers: Sequence[str], memory: Sequence[str], changes: Sequence[Change]
) -> list[TrainingCase]:
    """All optimizers with all kinds of memory.

    Parameters
    ----------
    config
        What all have in common.
    optimizers, memory
        Values of ``optimizer.name`` and of ``training.jacobian``; empty for the configuration's own.
    changes
        Other values; later ones win.

    Raises
    ------
    InvalidInputError
        If a name or a value is none that a configuration may have.
    """
    optimizers = optimizers or (config.optimizer.name,)
    for change in changes:
        if change.optimizer and change.optimizer not in optimizers:
            raise InvalidInputError(
                f"--set {change.optimizer}:{change.key}: the optimizers are {', '.join(optimizers)}"
            )
    several = len(memory) > 1
    return [
        _case(config, optimizer, kind, several, changes)
        for optimizer, kind in itertools.product(optimizers, memory or (config.training.jacobian,))
    ]


def _case(
    config: TrainingConfig, optimizer: str, memory: str, several: bool, changes: Sequence[Change]
) -> TrainingCase:
    values = config.values()
    for change in (
        Change("optimizer.name", optimizer),
        Change("training.jacobian", memory),
        *(change for change in changes if change.optimizer in ("", optimizer)),
    ):
        change.apply(values)
    label = f"{optimizer} {memory}" if several else optimizer
    try:
        checked = TrainingConfig.model_validate(values)
    except ValidationError as error:
        raise InvalidInputError(f"{label}: {describe(error, TrainingConfig)}") from error
    return TrainingCase(label, checked.optimizer.name, checked.training.jacobian, checked.values())
