"""Numbers of uncertainty over many frames, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator

from nnpot import Prediction
from nnpot.analysis.predictions import Predictions
from nnpot.analysis.uncertainty import rank_correlation, spreads_and_errors, uncertainty_statistics
from nnpot.prediction import Uncertainty


def predicted(
    errors: list[float], spreads: list[float] | None, labelled: bool = True
) -> tuple[Atoms, Prediction]:
    """A frame of as many atoms, each force off by its error; grades of 0.01, 0.02, ..."""
    n = len(errors)
    atoms = Atoms(f"H{n}", np.arange(3.0 * n).reshape(-1, 3))
    if labelled:
        atoms.calc = SinglePointCalculator(atoms, energy=0.0, forces=np.zeros((n, 3)))
    forces = np.array(errors)[:, None] * np.array([0.6, 0.0, -0.8])
    known = None if spreads is None else np.array(spreads)
    trust = Uncertainty(0.01 * np.arange(1, n + 1), known, known, None)
    return atoms, Prediction(0.0, forces, None, np.zeros((3, 3)), np.zeros(n), np.zeros((n, 3, 3)), trust)


def together(*frames: tuple[Atoms, Prediction]) -> Predictions:
    return Predictions([atoms for atoms, _ in frames], [said for _, said in frames])


def test_spreads_are_summed_up_over_the_atoms_of_all_frames() -> None:
    found = uncertainty_statistics(
        together(
            predicted([0.1, 0.3, 0.2], [0.01, 0.03, 0.02]), predicted([9.0] * 8, [0.05] * 8, labelled=False)
        )
    )
    assert (found.n_atoms, found.largest_grade) == (11, pytest.approx(0.08))
    assert found.n_extrapolating == 3, "0.06, 0.07 and 0.08 widths"
    assert found.force_spread_mean_mev_per_angstrom == pytest.approx((10 + 30 + 20 + 8 * 50) / 11)
    assert found.force_spread_max_mev_per_angstrom == pytest.approx(50.0)
    assert found.rank_correlation == pytest.approx(1.0), "of the atoms with reference forces"
    assert "; force spread 41.8 meV/Å in the mean, at most 50.0, rank correlation" in found.to_text()


def test_one_network_has_grades_and_no_spreads() -> None:
    found = uncertainty_statistics(together(predicted([0.1, 0.2, 0.3], None)))
    assert found.to_dict() == {
        "n_atoms": 3,
        "n_extrapolating": 0,
        "largest_grade": pytest.approx(0.03),
    }
    assert found.to_text().endswith("at most by 0.03 widths")


def test_errors_are_lengths_of_the_difference_beside_the_spread_of_the_same_atom() -> None:
    spreads, errors = spreads_and_errors(
        together(predicted([0.5, 0.25], [0.1, 0.2]), predicted([1.0], [0.3], labelled=False))
    )
    np.testing.assert_allclose(spreads, [0.1, 0.2])
    np.testing.assert_allclose(errors, [0.5, 0.25])


def test_ranks_need_three_atoms_and_an_order() -> None:
    assert rank_correlation(np.array([0.1, 0.2, 0.9]), np.array([3.0, 2.0, 1.0])) == pytest.approx(-1.0)
    assert rank_correlation(np.array([1.0, 2.0, 2.5]), np.array([1.0, 2.0, 2.0])) == pytest.approx(
        0.866, abs=1e-3
    )
    assert rank_correlation(np.array([1.0, 2.0]), np.array([1.0, 2.0])) is None
    assert rank_correlation(np.ones(4), np.arange(4.0)) is None
    assert rank_correlation(np.arange(4.0), np.ones(4)) is None
