"""Networks for the lattice model: learning, gradients, and what a count of triplets allows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nnpot.errors import InvalidInputError
from nnpot.lattice.database import Database
from nnpot.lattice.eigenvalues import Eigenvalues
from nnpot.lattice.functions import LatticeFunctions
from nnpot.lattice.generate import GeneratorSettings, compute, pieces
from nnpot.lattice.model import LatticeModel
from nnpot.training.lattice import (
    Descriptor,
    LatticeNetwork,
    LatticeNetworkSettings,
    Split,
    lattice_samples,
    predict,
    train_lattice_network,
)

WIDTH = 3.0
MODEL = LatticeModel()
QUICK = LatticeNetworkSettings(
    hidden=(24,), scale=True, learning_rate=1e-2, final_learning_rate=1e-3, epochs=12, batch=32
)


@pytest.fixture(scope="module")
def database() -> Database:
    settings = GeneratorSettings(points=1000, widths=(WIDTH, WIDTH), epochs=15)
    found = [compute(settings, piece) for piece in pieces(settings)]
    energies = np.concatenate([points.energies for points in found])
    positions = np.concatenate([points.positions for points in found])
    kept = energies < np.quantile(energies, 0.9)
    return Database(positions[kept], np.full(kept.sum(), WIDTH), None, energies[kept])


@pytest.mark.parametrize(
    ("descriptor", "linear_part"), [(Eigenvalues(), False), (LatticeFunctions(labelled=True), True)]
)
def test_a_network_learns_and_its_gradient_is_that_of_its_energy(
    descriptor: Descriptor, linear_part: bool, database: Database, tmp_path: Path
) -> None:
    split = Split.random(len(database), 0.2, 0)
    samples = lattice_samples(descriptor, database, MODEL)
    train, held_out = samples.take(split.train), samples.take(split.validation)
    network, history = train_lattice_network(
        QUICK.model_copy(update={"linear_part": linear_part}), train, held_out
    )
    spread = np.abs(held_out.energies - np.median(train.energies)).mean()
    error = np.abs(network.energies(held_out.inputs) - held_out.energies).mean()
    assert error == pytest.approx(min(history.validation), rel=1e-4)
    assert error < (0.1 if linear_part else 0.7) * spread
    network.save(tmp_path / "network.npz")
    again = LatticeNetwork.load(tmp_path / "network.npz")
    np.testing.assert_array_equal(again.energies(held_out.inputs), network.energies(held_out.inputs))
    assert again.n_parameters == network.n_parameters and again.settings == network.settings
    positions = database.positions[split.validation[:3]]
    energies, gradients = predict(network, descriptor, positions, np.full(3, WIDTH))
    h = 1e-3
    expected = np.zeros_like(gradients)
    for index in np.ndindex(positions.shape[1:]):
        step = np.zeros(positions.shape[1:])
        step[index] = h
        up, down = (predict(network, descriptor, positions + s, np.full(3, WIDTH))[0] for s in (step, -step))
        expected[(slice(None), *index)] = (up - down) / (2.0 * h)
    assert np.abs(expected).max() > 0.1
    np.testing.assert_allclose(gradients, expected, atol=0.02 * np.abs(expected).max())
    np.testing.assert_allclose(energies, network.energies(held_out.inputs[:3]), atol=1e-5)


def test_gradients_can_be_learnt_from(database: Database) -> None:
    few = database.take(np.arange(300))
    samples = lattice_samples(Eigenvalues(), few, MODEL, derivatives=True)
    assert samples.jacobian is not None and samples.jacobian.shape == (300, 1, 8, 8)
    settings = QUICK.model_copy(update={"gradient_weight": 1.0, "epochs": 2})
    _, history = train_lattice_network(settings, samples, samples)
    assert history.validation[1] < history.validation[0]
    energies_alone = lattice_samples(Eigenvalues(), few, MODEL)
    with pytest.raises(InvalidInputError, match="no gradients"):
        train_lattice_network(settings, energies_alone, energies_alone)


def test_the_documents_network_is_linear(database: Database) -> None:
    samples = lattice_samples(Eigenvalues(), database, MODEL)
    settings = LatticeNetworkSettings(epochs=1)
    network, _ = train_lattice_network(settings, samples, samples)
    assert network.n_parameters == 9
    x = samples.inputs[:3]
    middle = network.energies((x[:1] + x[1:2]) / 2.0)
    assert middle == pytest.approx(network.energies(x[:2]).mean(), rel=1e-4)


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("labelled", [False, True])
def test_symmetry_functions_and_their_derivatives(dimensions: int, labelled: bool) -> None:
    positions = np.random.default_rng(0).uniform(0.0, 2.5, (3, 3, dimensions))
    functions = LatticeFunctions(labelled=labelled)
    found = functions.values(positions, 2.5, derivatives=True)
    assert found.by_position is not None
    h = 1e-5
    for place in [(0, 0), (2, dimensions - 1)]:
        step = np.zeros(positions.shape)
        step[(slice(None), *place)] = h
        up, down = (functions.values(positions + s, 2.5).values for s in (step, -step))
        expected = (up - down) / (2.0 * h)
        np.testing.assert_allclose(
            found.by_position[:, :, :, place[0], place[1]], expected, atol=1e-6 * np.abs(expected).max()
        )


def test_only_labels_tell_which_image_is_central() -> None:
    positions = np.random.default_rng(1).uniform(0.0, 2.5, (1, 3, 2))
    moved = positions.copy()
    moved[0, 1] += [2.5, -2.5]
    plain, labelled = (LatticeFunctions(labelled=labels) for labels in (False, True))
    np.testing.assert_allclose(
        plain.values(moved, 2.5).values, plain.values(positions, 2.5).values, rtol=1e-9
    )
    before, after = (labelled.values(r, 2.5).values for r in (positions, moved))
    assert np.abs(before - after).max() > 0.01


def test_symmetry_functions_need_two_or_three_dimensions() -> None:
    with pytest.raises(InvalidInputError, match="expected 2 or 3 dimensions, got 1"):
        LatticeFunctions().values(np.zeros((1, 1, 1)), 2.0)
