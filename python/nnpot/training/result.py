"""What a training gives back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nnpot.analysis.errors import ErrorStatistics


@dataclass(frozen=True)
class TrainingResult:
    """Where the model is, how training went, and how good it is."""

    model: Path
    """Directory of the exported model."""
    report: Path
    """The report, an HTML file."""
    stop: str
    """Why training ended."""
    interrupted: bool
    """Whether it was by Ctrl-C or SIGTERM."""
    epochs: int
    best_epoch: int
    """The epoch whose weights were exported."""
    seconds: float
    """Time spent in epochs."""
    errors: dict[str, ErrorStatistics]
    """Of the exported model, by the C++ core, for ``train``, ``validation``, ``test`` as far as given."""
