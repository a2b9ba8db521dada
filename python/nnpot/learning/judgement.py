"""How wrong a committee is on labelled frames, and whether its spread says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ase import Atoms

from nnpot.analysis.errors import ErrorStatistics
from nnpot.analysis.predictions import Predictions, predict_frames
from nnpot.analysis.uncertainty import rank_correlation, spreads_and_errors
from nnpot.models.potential import load
from nnpot.support.arrays import Array


@dataclass(frozen=True)
class Judged:
    """Predictions of a committee beside the truth."""

    predictions: Predictions  # the members' mean, with its uncertainty
    spread: Array  # of the members' forces, eV/Å, (n atoms of all frames,)
    error: Array  # eV/Å, (n,): how far the mean force is from the reference

    @property
    def errors(self) -> ErrorStatistics:
        """The errors of the mean."""
        return self.predictions.errors

    @property
    def rank_correlation(self) -> float | None:
        """The rank correlation of spread and error over the atoms; None where there is no order."""
        return rank_correlation(self.spread, self.error)


def judge(models: Sequence[Path], frames: list[Atoms]) -> Judged | None:
    """Predict labelled frames with a committee; None without frames."""
    if not frames:
        return None
    said = predict_frames(load(models), frames, "frames", uncertainty=True)
    return Judged(said, *spreads_and_errors(said))
