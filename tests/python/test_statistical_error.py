"""Standard errors of processes whose scatter is known: every check is over many realisations, seeds fixed."""

from __future__ import annotations

import numpy as np
import pytest
from ase import Atoms

from nnpot.analysis.bonding import bonding
from nnpot.analysis.dynamics import EnergyConservation
from nnpot.analysis.motion import Vibrations, mean_square_displacement, vibrational_density
from nnpot.analysis.radial_distribution import RadialDistribution, mean_distribution, radial_distribution
from nnpot.analysis.statistical_error import (
    Estimate,
    block_means,
    error_of_mean,
    jackknife,
    mean_curve_difference,
    mean_of,
    mean_of_series,
    median_of,
)
from nnpot.errors import InvalidInputError


def autoregressive(random: np.random.Generator, n: int, memory: float) -> np.ndarray:
    """x' = memory · x + noise: the mean of n has the variance (1 + memory) / (1 - memory) · <x²> / n."""
    values = np.empty(n)
    x = random.normal()
    for k, noise in enumerate(random.normal(size=n) * np.sqrt(1.0 - memory**2)):
        x = memory * x + noise
        values[k] = x
    return values


def test_blocks_see_the_memory_of_a_series() -> None:
    random, memory, n = np.random.default_rng(1), 0.9, 2000
    found = [mean_of_series(autoregressive(random, n, memory)) for _ in range(60)]
    expected = np.sqrt((1.0 + memory) / (1.0 - memory) / n)
    assert np.mean([one.error for one in found]) == pytest.approx(expected, rel=0.1)
    assert np.std([one.value for one in found]) == pytest.approx(expected, rel=0.25)
    naive = error_of_mean(autoregressive(random, n, memory))
    assert naive < 0.3 * expected, "single samples do not"


def test_blocks_are_as_equal_as_can_be() -> None:
    np.testing.assert_allclose(block_means([1.0, 2.0, 3.0, 4.0, 6.0], 2), [2.0, 5.0])
    np.testing.assert_allclose(block_means([[1.0, 2.0], [3.0, 4.0]], 10), [[1.0, 2.0], [3.0, 4.0]])


def test_the_error_of_one_piece_is_unknown() -> None:
    assert np.isnan(mean_of([2.0]).error) and mean_of([2.0]).value == 2.0
    assert np.isnan(jackknife([1.0], lambda kept: kept[0]).error)
    assert np.isnan(mean_curve_difference([[1.0, 1.0]], [[2.0, 0.0], [2.0, 0.0]]).error)
    assert Estimate(1.0, float("nan")).text() == "1"


def test_a_jackknife_of_the_mean_is_its_standard_error() -> None:
    values = np.random.default_rng(2).normal(size=12).tolist()
    found = jackknife(values, lambda kept: float(np.mean(kept)))
    assert found.value == pytest.approx(np.mean(values))
    assert found.error == pytest.approx(np.std(values, ddof=1) / np.sqrt(12))


def test_a_jackknife_of_a_square_root_has_the_scatter_that_it_says() -> None:
    random = np.random.default_rng(3)
    found = [
        jackknife(random.normal(4.0, 1.0, 20).tolist(), lambda kept: float(np.sqrt(np.mean(kept))))
        for _ in range(200)
    ]
    assert np.mean([one.error for one in found]) == pytest.approx(1.0 / np.sqrt(20) / 4.0, rel=0.05)
    assert np.std([one.value for one in found]) == pytest.approx(1.0 / np.sqrt(20) / 4.0, rel=0.15)


def test_the_median_of_timings_has_the_scatter_that_it_says() -> None:
    random = np.random.default_rng(4)
    found = [median_of(random.normal(3.0, 0.2, 25)) for _ in range(300)]
    expected = np.sqrt(np.pi / 2.0) * 0.2 / 5.0
    assert np.mean([one.error for one in found]) == pytest.approx(expected, rel=0.05)
    assert np.std([one.value for one in found]) == pytest.approx(expected, rel=0.15)


@pytest.mark.parametrize("pieces", [4, 10])
@pytest.mark.parametrize("true", [0.0, 1.0, 4.0])
def test_noise_is_taken_out_of_the_difference_of_two_curves(pieces: int, true: float) -> None:
    """Lengths in units of the standard error of the difference in a point."""
    random, points = np.random.default_rng(5), 120
    shift = true * np.sqrt(2.0 / pieces) / 2.0 * np.sign(np.sin(np.arange(points)))
    unit = np.sqrt(2.0 / pieces)
    found, plain = [], []
    for _ in range(150):
        one = random.normal(size=(pieces, points)) + shift
        other = random.normal(size=(pieces, points)) - shift
        found.append(mean_curve_difference(one, other).scaled(1.0 / unit))
        plain.append(np.abs(one.mean(axis=0) - other.mean(axis=0)).mean() / unit)
    values, errors = np.array([(one.value, one.error) for one in found]).T
    if true == 0.0:
        assert np.mean(plain) == pytest.approx(np.sqrt(2.0 / np.pi), abs=0.02), "noise makes a difference"
    assert np.mean(values) == pytest.approx(true, abs=0.25)
    assert np.mean(values - 2.0 * errors > true + 0.25) < 0.05, "a difference that is not there"
    assert np.mean(values + 3.0 * errors < true - 0.25) < 0.05, "no difference where there is one"
    assert np.mean(errors) < 0.4


def test_equal_curves_do_not_differ_and_other_points_are_refused() -> None:
    curve = np.random.default_rng(6).normal(size=(5, 30))
    assert mean_curve_difference(curve, curve).value == 0.0
    with pytest.raises(InvalidInputError, match=r"the same points in both, got \(5, 30\) and \(5, 29\)"):
        mean_curve_difference(curve, curve[:, 1:])
    with pytest.raises(InvalidInputError, match="at least one piece"):
        jackknife([], len)


def test_errors_of_differences_ratios_and_units() -> None:
    one, other = Estimate(-8.0, 0.3), Estimate(4.0, 0.4)
    assert one.minus(other) == Estimate(-12.0, pytest.approx(0.5))
    assert one.plus(other) == Estimate(-4.0, pytest.approx(0.5))
    ratio = one.over(other)
    assert ratio.value == -2.0
    assert ratio.error == pytest.approx(2.0 * np.hypot(0.3 / 8.0, 0.4 / 4.0))
    assert one.size == Estimate(8.0, 0.3) and one.scaled(-10.0) == Estimate(80.0, 3.0)
    assert one.size.deviation_from(other).value == 1.0
    assert one.text() == "-8 ± 0.3" and Estimate(0.25).text(".2f") == "0.25"
    assert np.isnan(one.over(Estimate(0.0, 0.1)).value)


def gas(random: np.random.Generator, n_frames: int) -> list[Atoms]:
    cell = [8.0] * 3
    return [
        Atoms("H60", cell=cell, scaled_positions=random.random((60, 3)), pbc=True) for _ in range(n_frames)
    ]


def test_two_ideal_gases_are_equal_within_the_error() -> None:
    random = np.random.default_rng(7)
    one, other = (radial_distribution(gas(random, 40), 4.0, 0.2) for _ in range(2))
    assert one.pieces is not None and one.pieces.shape == (10, 20)
    np.testing.assert_allclose(one.pieces.mean(axis=0), one.g)
    pairs = 60 * 59 / 2 * 4.0 / 3.0 * np.pi * ((1.0 + 0.1) ** 3 - (1.0 - 0.1) ** 3) / 8.0**3 * 40
    assert one.error[4:6].mean() == pytest.approx(1.0 / np.sqrt(pairs), rel=0.4), "counts of pairs"
    found = one.difference(other)
    assert found.value - 2.0 * found.error < 0.005 < one.mean_difference(other)
    assert one.pieces is not None and other.pieces is not None
    denser = RadialDistribution(one.r[10:], 1.5 * one.g[10:], 1.5 * one.pieces[:, 10:])
    away = RadialDistribution(one.r[10:], other.g[10:], other.pieces[:, 10:])
    assert denser.difference(away).value == pytest.approx(0.5 * 59 / 60, abs=0.02)
    alone = radial_distribution(gas(random, 1), 4.0, 0.2)
    assert alone.pieces is None and np.isnan(alone.error).all() and np.isnan(alone.difference(one).error)


def test_the_pieces_of_a_mean_are_the_simulations() -> None:
    r = np.linspace(0.05, 6.0, 120)
    random = np.random.default_rng(8)
    runs = [
        RadialDistribution(r, (4.0 + 0.4 * random.normal()) * np.exp(-0.5 * ((r - 2.4) / 0.15) ** 2))
        for _ in range(8)
    ]
    mean = mean_distribution(runs)
    assert mean.pieces is not None and len(mean.pieces) == 8
    position, height = mean.first_peak_estimates()
    assert (position.value, height.value) == mean.first_peak()
    heights = [run.first_peak()[1] for run in runs]
    assert height.error == pytest.approx(np.std(heights, ddof=1) / np.sqrt(8), rel=0.05)
    assert position.error < 0.002
    assert mean_distribution(runs[:1]).pieces is None


def test_drift_and_fluctuation_scatter_as_their_errors_say() -> None:
    random, time = np.random.default_rng(9), np.linspace(0.0, 50.0, 500)
    runs = [
        EnergyConservation(time, 0.002 * time + 0.01 * autoregressive(random, 500, 0.7), 300.0, 1.0)
        for _ in range(60)
    ]
    for name, expected in (("drift_estimate", 0.1), ("fluctuation_estimate", 0.01)):
        found = [getattr(run, name) for run in runs]
        scatter = np.std([one.value for one in found])
        assert np.mean([one.value for one in found]) == pytest.approx(expected, rel=0.05)
        assert np.mean([one.error for one in found]) == pytest.approx(scatter, rel=0.3)
    assert EnergyConservation(time, 0.0 * time, 300.0, 1.0).fluctuation_estimate == Estimate(0.0)


def test_diffusion_scatters_as_its_error_says() -> None:
    random = np.random.default_rng(10)
    found = []
    for _ in range(40):
        path = np.cumsum(random.normal(0.0, 0.1, (60, 40, 3)), axis=0)
        frames = [Atoms("H40", positions, cell=[50.0] * 3, pbc=True) for positions in path]
        found.append(mean_square_displacement(frames, 0.05, "H"))
    scatter = np.std([one.diffusion for one in found])
    assert np.mean([one.diffusion_estimate.error for one in found]) == pytest.approx(scatter, rel=0.3)
    last = np.std([one.msd[-1] for one in found])
    assert np.mean([one.error[-1] for one in found]) == pytest.approx(last, rel=0.3)
    one_way = mean_square_displacement([Atoms("HHe", p[:2], cell=[50.0] * 3) for p in path], 0.05, "H")
    assert np.isnan(one_way.diffusion_estimate.error)
    assert np.isnan(one_way.error).all()


def test_vibrations_of_equal_noise_do_not_differ() -> None:
    random, masses = np.random.default_rng(11), np.ones(6)
    one, other = (vibrational_density(random.normal(size=(3000, 6, 3)), masses, 2.0, 4.0) for _ in range(2))
    assert one.pieces is not None
    np.testing.assert_allclose(one.pieces.mean(axis=0), one.density)
    found = one.difference(other)
    assert found.value - 2.0 * found.error < 0.01 < one.mean_difference(other)
    moved = Vibrations(one.frequency, np.roll(one.density, 30), np.roll(one.pieces, 30, axis=1))
    sharp = Vibrations(one.frequency, 0.0 * one.density, 0.0 * one.pieces)
    assert moved.difference(sharp).value == pytest.approx(0.5, abs=0.01)
    assert one.error.shape == one.density.shape and (one.error > 0.0).all()


def test_mean_angles_of_blocks_of_frames() -> None:
    random = np.random.default_rng(12)
    frames = []
    for angle in np.radians(random.normal(105.0, 5.0, 40)):
        ends = [[1, 0, 0], [0, 0, 0], [np.cos(angle), np.sin(angle), 0]]
        frames.append(Atoms("HOH", ends, cell=[9] * 3, pbc=True))
    found = bonding(frames, "O", "H", 1.1)
    assert found.mean_angles is not None and len(found.mean_angles) == 10
    assert found.mean_angle_estimate.value == pytest.approx(np.mean(found.mean_angles))
    assert found.mean_angle_estimate.error == pytest.approx(5.0 / np.sqrt(40), rel=0.5)
    assert np.isnan(bonding(frames[:1], "O", "H", 1.1).mean_angle_estimate.error)


def test_the_error_of_a_large_difference_is_that_of_the_two_means() -> None:
    """Also where the pieces are skewed, so that a median would have another."""
    first, second = np.array([[1.0], [1.0], [1.1], [5.0], [1.2]]), np.array([[91.0], [95.0], [90.0]])
    found = mean_curve_difference(first, second)
    assert found.value == pytest.approx(92.0 - 1.86, rel=1e-3)
    assert found.error == pytest.approx(np.hypot(error_of_mean(first)[0], error_of_mean(second)[0]), rel=1e-3)
