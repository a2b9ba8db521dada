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
from nnpot.analysis.predictions import Predictions, mean_predictions, predict_frames
from nnpot.potential import load

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Judged:
    """Predictions of a committee beside the truth, atom by atom."""

    predictions: Predictions
    """The members' mean."""
    spread: Array
    """eV/Å, (n atoms of all frames,): the root mean square over the members of how far a member's force on
    the atom is from the mean."""
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
    """Predict labelled frames with every member; None without frames."""
    if not frames:
        return None
    members = [predict_frames(load(model), frames, "frames") for model in models]
    mean = mean_predictions(members)
    spreads, errors = [], []
    for number, frame in enumerate(frames):
        forces = np.array([member.predictions[number].forces for member in members])
        middle = forces.mean(axis=0)
        spreads.append(np.sqrt(((forces - middle) ** 2).sum(axis=2).mean(axis=0)))
        errors.append(np.linalg.norm(middle - frame.get_forces(), axis=1))
    return Judged(mean, np.concatenate(spreads), np.concatenate(errors))
