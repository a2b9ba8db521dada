"""What a training gives back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nnpot.analysis.errors import ErrorStatistics


@dataclass(frozen=True)
class TrainingResult:
    """Where the model is, how training went, and how good it is."""

    models: list[Path]
    """Directories of the exported models: one for each member."""
    report: Path
    """The report, an HTML file."""
    stop: str
    """Why training ended."""
    interrupted: bool
    """Whether it was by Ctrl-C or SIGTERM."""
    epochs: int
    best_epochs: list[int]
    """The epoch whose weights were exported, of each member."""
    seconds: float
    """Time spent in epochs."""
    frames_per_second: float
    """Training frames that an average second of an epoch went through."""
    errors: dict[str, ErrorStatistics]
    """Of the exported model (of a committee: of the mean prediction), by the C++ core,
    for ``train``, ``validation``, ``test`` as far as given."""
    member_errors: dict[str, list[ErrorStatistics]]
    """The same of each member alone."""

    @property
    def model(self) -> Path:
        """The directory of the only model, or of the committee's first."""
        return self.models[0]
