import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk

from nnpot.analysis.radial_distribution import (
    RadialDistribution,
    Simulation,
    mean_distribution,
    partial_radial_distributions,
    radial_distribution,
    simulate_radial_distribution,
)
from nnpot.errors import InvalidInputError
from nnpot.lammps.runtime import PairCommands

SW = PairCommands("sw", ("* * {potentials}/Si.sw Si",))


def test_ideal_gas_is_one_everywhere():
    rng = np.random.default_rng(3)
    cell = np.array([[14.0, 0, 0], [3.0, 14, 0], [-2.0, 4.0, 14.0]])
    frames = [Atoms("H400", cell=cell, scaled_positions=rng.random((400, 3)), pbc=True) for _ in range(40)]
    rdf = radial_distribution(frames, 6.0, 0.5)
    np.testing.assert_allclose(rdf.g[2:], 399 / 400, atol=0.02)


def test_mean_of_simulations_needs_the_same_bins():
    r = np.array([0.5, 1.5])
    found = mean_distribution(
        [RadialDistribution(r, np.array([1.0, 4.0])), RadialDistribution(r, np.array([3.0, 0.0]))]
    )
    np.testing.assert_allclose(found.g, [2.0, 2.0])
    other = RadialDistribution(r + 0.1, found.g)
    with pytest.raises(InvalidInputError, match=r"expected the 2 to 1.5 Å .* got 2 to 1.6 Å in number 2"):
        mean_distribution([found, other])
    with pytest.raises(InvalidInputError, match="at least one, got none"):
        mean_distribution([])


def test_shells_of_diamond():
    a = 5.43
    rdf = radial_distribution([bulk("Si", "diamond", a=a, cubic=True).repeat(3)], 7.0, 0.1)
    edges = np.arange(71) * 0.1
    neighbors = rdf.g * (8 / a**3) * 4 / 3 * np.pi * np.diff(edges**3)
    shells = {
        np.sqrt(3) / 4 * a: 4,
        a / np.sqrt(2): 12,
        np.sqrt(11) / 4 * a: 12,
        a: 6,
        np.sqrt(19) / 4 * a: 12,
    }
    for distance, count in shells.items():
        assert neighbors[int(distance / 0.1)] == pytest.approx(count)
    assert neighbors[:65].sum() == pytest.approx(46)


def test_a_skewed_cell_gives_the_same_crystal():
    straight = bulk("Si", "diamond", a=5.43, cubic=True).repeat(2)
    skewed = straight.copy()
    skewed.set_cell(
        straight.cell.array @ np.eye(3) + np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]]) @ straight.cell.array
    )
    expected = radial_distribution([straight], 5.3, 0.1)
    np.testing.assert_allclose(radial_distribution([skewed], 5.3, 0.1).g, expected.g, atol=1e-10)


def test_too_long_a_distance_is_refused():
    with pytest.raises(InvalidInputError, match=r"at most half of .*\(2\.715 Å\), got 3"):
        radial_distribution([bulk("Si", "diamond", a=5.43, cubic=True)], 3.0)
    with pytest.raises(InvalidInputError, match="periodic"):
        radial_distribution([Atoms("H2", [[0, 0, 0], [1, 0, 0]])], 3.0)
    with pytest.raises(InvalidInputError, match="at least one frame"):
        radial_distribution([], 3.0)


def test_mean_difference_counts_only_distances_that_occur():
    r = np.array([0.5, 1.5, 2.5])
    first, second = (RadialDistribution(r, np.array(g)) for g in ([0.0, 0.0, 2.0], [0.0, 0.5, 1.0]))
    assert first.mean_difference(second) == 0.75


def test_simulated_crystal_and_liquid_differ():
    atoms = bulk("Si", "diamond", a=5.431, cubic=True).repeat(2)
    crystal = simulate_radial_distribution(
        atoms, ["Si"], SW, Simulation(300, 1.0, equilibration=1.0, r_max=5.0)
    )
    liquid = simulate_radial_distribution(
        atoms, ["Si"], SW, Simulation(2000, 1.0, melt=5000, equilibration=2.0, r_max=5.0)
    )
    gap = (crystal.r > 2.8) & (crystal.r < 3.2)
    assert crystal.r[crystal.g.argmax()] == pytest.approx(2.36, abs=0.06)
    assert crystal.g[gap].max() < 0.1
    assert liquid.g[gap].min() > 0.5


def test_partial_distributions_of_a_mixture_are_one_and_add_up():
    rng = np.random.default_rng(3)
    cell = np.array([[14.0, 0, 0], [3.0, 14, 0], [-2.0, 4.0, 14.0]])
    frames = [
        Atoms("H300O100", cell=cell, scaled_positions=rng.random((400, 3)), pbc=True) for _ in range(40)
    ]
    found = partial_radial_distributions(frames, 6.0, 0.5)
    assert set(found) == {("H", "H"), ("H", "O"), ("O", "O")}
    np.testing.assert_allclose(found["H", "O"].g[2:], 1.0, atol=0.04)
    shares = {("H", "H"): 0.75**2, ("H", "O"): 2 * 0.75 * 0.25, ("O", "O"): 0.25**2}
    total = sum(share * found[pair].g for pair, share in shares.items())
    np.testing.assert_allclose(total, radial_distribution(frames, 6.0, 0.5).g, rtol=1e-12)


def test_partial_shells_of_rock_salt():
    salt = bulk("NaCl", "rocksalt", a=5.64, cubic=True).repeat(2)
    found = partial_radial_distributions([salt], 4.5, 0.1)
    shells = 4 / 3 * np.pi * np.diff((np.arange(46) * 0.1) ** 3)
    around = found["Cl", "Na"].g * shells * 4 / 5.64**3
    assert around[int(2.82 / 0.1)] == pytest.approx(6)
    assert found["Cl", "Na"].g[int(5.64 / np.sqrt(2) / 0.1)] == 0.0
    assert (found["Na", "Na"].g * shells * 4 / 5.64**3)[int(5.64 / np.sqrt(2) / 0.1)] == pytest.approx(12)


def test_first_peak_is_found_between_bins():
    r = np.arange(0.01, 6.0, 0.02)
    g = 7.3 * np.exp(-0.5 * ((r - 1.617) / 0.08) ** 2) + 3.0 * np.exp(-0.5 * ((r - 2.6) / 0.2) ** 2)
    position, height = RadialDistribution(r, g).first_peak()
    assert position == pytest.approx(1.617, abs=1e-3)
    assert height == pytest.approx(7.3, rel=1e-3)
    noisy = g * np.random.default_rng(1).normal(1.0, 0.08, len(r))
    position, height = RadialDistribution(r, noisy).first_peak()
    assert position == pytest.approx(1.617, abs=0.01)
    assert height == pytest.approx(7.3, rel=0.08)
    with pytest.raises(InvalidInputError, match="no peak above 2"):
        RadialDistribution(r, np.ones_like(r)).first_peak()


@pytest.mark.parametrize(("bin_width", "n_smoothed"), [(0.02, 5), (0.05, 3), (0.1, 1), (0.025, 5)])
def test_a_peak_is_looked_for_in_g_smoothed_over_a_tenth_of_an_angstrom(bin_width, n_smoothed):
    """A single full bin counts by its share of the bins that it is smoothed over."""
    r = (np.arange(100) + 0.5) * bin_width
    g = np.zeros(100)
    g[40] = 1.99 * n_smoothed
    with pytest.raises(InvalidInputError, match="no peak above 2"):
        RadialDistribution(r, g).first_peak()
    g[40] = 2.01 * n_smoothed
    assert RadialDistribution(r, g).first_peak()[0] == pytest.approx(r[40], abs=2.5 * bin_width)


def test_the_closest_atoms_are_seen_however_few_they_are():
    r = np.array([0.5, 1.5, 2.5])
    assert RadialDistribution(r, np.array([0.0, 0.001, 3.0])).closest == 1.5
    assert np.isnan(RadialDistribution(r, np.zeros(3)).closest)
