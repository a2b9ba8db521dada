"""What the uncertainties of predictions sum up to, and whether they tell where the errors are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from nnpot.analysis.predictions import Predictions
from nnpot.io.labels import results_of

TOLERANCE = 0.05
"""Widths of its range by which a symmetry function may be outside: the default of ``pair_style nnp``."""


@dataclass(frozen=True)
class UncertaintyStatistics:
    """Over all atoms of a set of frames; the spreads are None without a committee."""

    n_atoms: int
    n_extrapolating: int
    """Atoms with a symmetry function that is farther than `TOLERANCE` outside of the training data."""
    largest_grade: float
    force_spread_mean_mev_per_angstrom: float | None = None
    force_spread_max_mev_per_angstrom: float | None = None
    rank_correlation: float | None = None
    """Spearman's, of the spread of the force on an atom and its error; None without reference forces."""

    def to_dict(self) -> dict[str, Any]:
        """The values by name; without what is not there."""
        return {name: value for name, value in vars(self).items() if value is not None}

    def to_text(self) -> str:
        """One line."""
        text = (
            f"{self.n_extrapolating} of {self.n_atoms} atoms extrapolate (more than {TOLERANCE:g} widths), "
            f"at most by {self.largest_grade:.3g} widths"
        )
        if self.force_spread_mean_mev_per_angstrom is not None:
            text += (
                f"; force spread {self.force_spread_mean_mev_per_angstrom:.1f} meV/Å in the mean, at most "
                f"{self.force_spread_max_mev_per_angstrom:.1f}"
            )
        if self.rank_correlation is not None:
            text += f", rank correlation with the error {self.rank_correlation:.2f}"
        return text


def uncertainty_statistics(predictions: Predictions) -> UncertaintyStatistics | None:
    """Sum up predictions that have been made with their uncertainty; None where the model knows none."""
    found = [said.uncertainty for said in predictions.predictions if said.uncertainty is not None]
    if not found:
        return None
    grades = np.concatenate([each.grades for each in found])
    spreads = [each.force_spreads for each in found if each.force_spreads is not None]
    values: dict[str, float | None] = {}
    if spreads:
        values["force_spread_mean_mev_per_angstrom"] = 1000.0 * float(np.concatenate(spreads).mean())
        values["force_spread_max_mev_per_angstrom"] = 1000.0 * float(np.concatenate(spreads).max())
        values["rank_correlation"] = rank_correlation(*spreads_and_errors(predictions))
    n_outside = int((grades > TOLERANCE).sum())
    return UncertaintyStatistics(len(grades), n_outside, float(grades.max()), **values)


def spreads_and_errors(predictions: Predictions) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Spread of the committee and length of the error, eV/Å, of each atom that has a reference force."""
    spreads, errors = [np.empty(0)], [np.empty(0)]
    for frame, said in zip(predictions.frames, predictions.predictions, strict=True):
        reference, found = results_of(frame).get("forces"), said.uncertainty
        if reference is None or said.forces is None or found is None or found.force_spreads is None:
            continue
        spreads.append(found.force_spreads)
        errors.append(np.linalg.norm(said.forces - reference, axis=1))
    return np.concatenate(spreads), np.concatenate(errors)


def rank_correlation(spreads: NDArray[np.float64], errors: NDArray[np.float64]) -> float | None:
    """Spearman's: 1 where both put the atoms into the same order; None where there is no order."""
    if len(spreads) < 3 or np.ptp(spreads) == 0.0 or np.ptp(errors) == 0.0:
        return None
    return float(spearmanr(spreads, errors).statistic)
