"""``training``: how long, in which portions and precision, with which means."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import PositiveInt

from nnpot.support.limited_types import BatchSize, Epochs, Seed, Threads
from nnpot.support.yaml_file import NotNegative, Positive, StrictModel


class RunConfig(StrictModel):
    """Epochs, batches, reasons to stop, and the machine."""

    precision: Literal["float64", "float32"] = "float32"
    epochs: Epochs = 1000
    batch_size: BatchSize = 8
    patience: PositiveInt | None = None
    """Epochs without a better validation loss after which training ends."""
    seed: Seed = 0
    start_from: Path | None = None
    """A model directory whose functions and weights are taken over."""
    max_minutes: Positive | None = None
    checkpoint_seconds: NotNegative = 10.0
    threads: Threads | None = None
    jacobian: Literal["auto", "stored", "on_the_fly"] = "auto"
    """Where derivatives of the symmetry functions come from; ``auto`` stores them within the memory limit."""
    memory_limit: Positive | None = None
    """GB; None for two fifths of what the machine has, whatever else runs on it."""
