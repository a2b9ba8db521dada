import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk

from nnpot.analysis.radial_distribution import (
    RadialDistribution,
    Simulation,
    radial_distribution,
    simulate_radial_distribution,
)
from nnpot.errors import InvalidInputError
from nnpot.lammps_runtime import PairCommands

SW = PairCommands("sw", ("* * {potentials}/Si.sw Si",))


def test_ideal_gas_is_one_everywhere():
    rng = np.random.default_rng(3)
    cell = np.array([[14.0, 0, 0], [3.0, 14, 0], [-2.0, 4.0, 14.0]])
    frames = [Atoms("H400", cell=cell, scaled_positions=rng.random((400, 3)), pbc=True) for _ in range(40)]
    rdf = radial_distribution(frames, 6.0, 0.5)
    np.testing.assert_allclose(rdf.g[2:], 399 / 400, atol=0.02)


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
