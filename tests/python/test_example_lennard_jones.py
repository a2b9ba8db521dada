"""The parts of examples/lennard_jones in small; `make example-lennard_jones` runs all of it."""

import json
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from example_modules import EXAMPLES, run_of

EXAMPLE = EXAMPLES / "lennard_jones"


@pytest.fixture(scope="module")
def example():
    """The modules of the example."""
    with run_of(EXAMPLE):
        yield SimpleNamespace(**sys.modules)


@pytest.fixture(scope="module")
def row(example):
    """A network of one distance after a short training."""
    return example.one_distance.train("tanh", "t", (20, 20), 250)


@pytest.fixture(scope="module")
def direct(example):
    """A network of five neighbours that has hardly been trained: its two forces differ."""
    return example.direct_forces.train(300, (10,), 10, 40)


def test_the_potential_is_shifted_and_its_slope_is_its_derivative(example):
    potential = example.potential
    assert potential.energy(np.array([2.5 - 1e-9, 2.5, 3.0])) == pytest.approx(0.0, abs=1e-9)
    assert potential.slope(np.array([potential.MINIMUM])) == pytest.approx(0.0, abs=1e-12)
    r = np.linspace(0.85, 2.49, 50)
    expected = (potential.energy(r + 1e-6) - potential.energy(r - 1e-6)) / 2e-6
    np.testing.assert_allclose(potential.slope(r), expected, rtol=1e-6, atol=1e-8)


def test_a_trained_network_has_the_energies_of_the_potential(row):
    """An eighth of the iterations of the example.

    Over ten seeds the logarithms (base 10) of the three have means and standard deviations of -2.78 and 0.25,
    -5.57 and 0.52, -0.01 and 0.04; largest errors scatter more.
    """
    assert row.curves.rms_energy_error < 1e-2
    assert row.fit.train_cost[-1] < 1e-4 * row.fit.train_cost[0]
    assert row.fit.test_cost[-1] < 2.0 * row.fit.train_cost[-1]


def test_the_error_of_the_gradient_is_the_slope_of_the_error_of_the_energy(row):
    """Whatever the network has learned: central differences along the curve."""
    curves = row.curves
    r, gradient, energy = curves.r, curves.gradient_cpp, curves.energy_cpp
    expected = (energy[2:] - energy[:-2]) / (r[2:] - r[:-2])
    assert np.abs(expected).max() > 1e-3, "errors too small to test anything"
    np.testing.assert_allclose(gradient[1:-1], expected, atol=2e-2 * np.abs(expected).max())
    assert curves.largest_gradient_error == np.abs(gradient[r >= 1.05]).max()
    assert curves.largest_energy_error == np.abs(energy[r >= 1.0]).max()


def test_python_and_cpp_have_the_same_error_curves(row):
    assert np.abs(row.curves.gradient_cpp).max() > 1e-6, "errors too small to test anything"
    assert row.curves.difference < 1e-12


def test_the_forces_of_clusters_are_the_gradient_of_their_energy(example, direct):
    positions, _ = example.cluster.start(3, 0.1, 1)
    positions += 0.05 * np.random.default_rng(1).normal(size=positions.shape)
    fields = (example.cluster.reference, example.direct_forces.backpropagated(direct.fit.network))
    for field in fields:
        expected, h = np.empty_like(positions), 1e-5
        for place in np.ndindex(positions.shape[1:]):
            step = np.zeros_like(positions)
            step[(slice(None), *place)] = h
            expected[(slice(None), *place)] = -(field(positions + step)[0] - field(positions - step)[0]) / (
                2 * h
            )
        assert np.abs(expected).max() > 0.1, "forces too small to test anything"
        np.testing.assert_allclose(field(positions)[1], expected, rtol=1e-6, atol=1e-7)
    put_out = example.direct_forces.direct(direct.fit.network)(positions)
    np.testing.assert_allclose(put_out[0], fields[1](positions)[0], rtol=1e-12)
    assert np.abs(put_out[1] - fields[1](positions)[1]).max() > 0.1


def test_clusters_keep_their_energy_and_do_not_turn(example):
    cluster = example.cluster
    positions, velocities = cluster.start(2, 0.1, 3)
    assert np.abs(velocities.sum(axis=1)).max() < 1e-12
    assert np.abs(np.cross(positions, velocities).sum(axis=1)).max() < 1e-12
    motion = cluster.run("test", cluster.reference, 0.1, 400)
    assert not motion.broke_up and motion.time[-1] == pytest.approx(1.95)
    assert 0.0 < motion.fluctuation < 5e-3


def test_a_cluster_that_breaks_up_ends_its_run(example):
    outwards = lambda positions: (np.zeros(1), 50.0 * positions)  # noqa: E731
    motion = example.cluster.run("test", outwards, 0.1, 400)
    assert motion.broke_up and motion.time[-1] < 1.0


def test_samples_are_what_the_networks_see(example):
    data = example.direct_forces.sample(50, 1)
    assert data.inputs.shape == (50, 20) and data.targets.shape == (50, 4)
    neighbors = data.inputs.reshape(50, 5, 4)
    np.testing.assert_allclose(np.linalg.norm(neighbors[..., :3], axis=-1), neighbors[..., 3])
    forces = (example.potential.slope(neighbors[..., 3:]) / neighbors[..., 3:] * neighbors[..., :3]).sum(
        axis=1
    )
    np.testing.assert_allclose(data.targets[:, :3], forces, atol=1e-12)
    many = example.many_neighbors.sample(5, 1)
    np.testing.assert_allclose(many.targets[:, 0], example.potential.energy(many.inputs).sum(axis=1))


def test_the_outcome_is_shown(example, row, direct, tmp_path, capsys):
    many = example.many_neighbors.train(row.fit.network, 200, (5,), 5)
    assert many.summed_rmse < 0.2 * many.rmse
    outcome = example.presentation.Outcome([row], many, direct)
    results = example.presentation.results(outcome)
    results.write(tmp_path)
    passed = results.show(tmp_path)
    assert passed == all(bar["passed"] for bar in json.loads((tmp_path / "summary.json").read_text())["bars"])
    text = capsys.readouterr().out
    assert "energy error, r ≥ 1 σ" in text and "tanh" in text
    for name in (
        "one_distance_errors",
        "one_distance_comparison",
        "twenty_neighbours_cost",
        "five_neighbours",
    ):
        assert (tmp_path / f"{name}.png").stat().st_size > 5000
