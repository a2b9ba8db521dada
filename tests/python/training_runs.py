"""Trainings that were never made, for tests of what is computed from them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from nnpot.benchmark.training_run import TrainingRun


def made_up(
    label: str, number: int, errors: Sequence[float], epoch: float = 0.5, **others: Any
) -> TrainingRun:
    """A run with these force errors (meV/Å); the first epoch takes 2 s, every other one ``epoch``."""
    values: dict[str, Any] = {
        "seconds": [2.0 + epoch * index for index in range(len(errors))],
        "force_rmse": list(errors),
        "energy_rmse": [error / 20.0 for error in errors],
        "loss": [math.nan if math.isnan(error) else error**2 for error in errors],
        "wall_seconds": 10.0,
        "cpu_seconds": 15.0,
        "peak_memory": 900.0,
        "load": 0.5,
        "cutoff": 4.0,
        "n_functions": {"Cu": 6, "Au": 6},
    }
    return TrainingRun(label, number, **values | others)
