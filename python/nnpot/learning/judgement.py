"""How wrong a committee is on labelled frames, and whether its spread says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ase import Atoms
from numpy.typing import NDArray
from scipy.stats import spearmanr

from nnpot.analysis.errors import ErrorStatistics
from nnpot.analysis.predictions import Predictions, predict_frames
from nnpot.potential import load

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Judged:
    """Predictions of a committee beside the truth, atom by atom."""

    predictions: Predictions
    """The members' mean."""
    spread: Array
    """Of the members' forces, eV/Å, (n atoms of all frames,)."""
    error: Array
    """eV/Å, (n,): how far the mean force is from the reference."""

    @property
    def errors(self) -> ErrorStatistics:
        """Of the mean."""
        return self.predictions.errors

    @property
    def rank_correlation(self) -> float:
        """Spearman's, of spread and error over atoms: 1 where they put the atoms into the same order."""
        return float(spearmanr(self.spread, self.error).statistic)


def judge(models: Sequence[Path], frames: list[Atoms]) -> Judged | None:
    """Predict labelled frames with a committee; None without frames."""
    if not frames:
        return None
    said = predict_frames(load(models), frames, "frames", uncertainty=True)
    spreads, errors = [], []
    for frame, prediction in zip(frames, said.predictions, strict=True):
        trust = prediction.uncertainty
        assert trust is not None and trust.force_spreads is not None, "a committee's, and asked for"
        spreads.append(trust.force_spreads)
        errors.append(np.linalg.norm(prediction.forces - frame.get_forces(), axis=1))
    return Judged(said, np.concatenate(spreads), np.concatenate(errors))
