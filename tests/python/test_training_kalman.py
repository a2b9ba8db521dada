"""The Kalman filter: its algebra, its derivatives, its blocks, and training with it."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from ase.calculators.singlepoint import SinglePointCalculator
from training_data import alloy_config, alloy_frames, write_alloy

pytest.importorskip("tensorflow")

from nnpot.errors import InvalidInputError
from nnpot.training import train
from nnpot.training.config import NetworkConfig
from nnpot.training.data.dataset import DataSet, build_dataset
from nnpot.training.inputs.symmetry_functions import Descriptor, fit_descriptor
from nnpot.training.networks.atomic import AtomicNetworks
from nnpot.training.networks.predict import batches, predict, to_device, to_tensors
from nnpot.training.optimizers.kalman.filter import KalmanFilter
from nnpot.training.optimizers.kalman.observations import (
    Observed,
    Terms,
    View,
    choose_atoms,
    find_seen,
    observe_energies,
    observe_forces,
    observe_strains,
    weighted,
)
from nnpot.training.optimizers.kalman.observations import sums as sums_of
from nnpot.training.optimizers.kalman.trainer import LAST_NOISE, KalmanTrainer, WeightBlocks
from nnpot.training.optimizers.trainer import Errors, Task
from nnpot.training.session import epochs
from nnpot.training.tensorflow_setup import tf

LINES = [
    f"{center} {rest}"
    for center in ("Cu", "Au")
    for rest in ("2 Cu 0.5 0.0 4.0", "2 Au 0.3 2.0 4.0", "9 Cu Au 0.05 1.0 1.0 4.0")
]
OFFSETS = {"Cu": 0.3, "Au": -0.1}
FRAMES = alloy_frames(6)
FRAMES[2].calc = SinglePointCalculator(FRAMES[2], energy=FRAMES[2].get_potential_energy())
for number in (0, 1, 5):
    results = FRAMES[number].calc.results
    FRAMES[number].calc = SinglePointCalculator(FRAMES[number], **results, stress=np.linspace(-0.01, 0.02, 6))


@pytest.fixture(scope="module")
def descriptor() -> Descriptor:
    return fit_descriptor(LINES, ["Cu", "Au"], 6, FRAMES)


@pytest.fixture(scope="module")
def data(descriptor: Descriptor) -> DataSet:
    return build_dataset(descriptor, FRAMES, OFFSETS, "float64")


def networks(descriptor: Descriptor, activation: str = "tanh", members: int = 2) -> AtomicNetworks:
    scales = {element: np.ones(descriptor.n_functions(element)) for element in descriptor.elements}
    config = NetworkConfig(hidden=[5, 4], activation=activation, members=members)
    return AtomicNetworks.create(config, scales, "float64", seed=3)


def parameters(nets: AtomicNetworks) -> dict[str, list]:
    return {element: nets.parameters(element) for element in nets.elements}


def flat(nets: AtomicNetworks, observed: Observed) -> np.ndarray:
    """Derivatives (K, m, weights), in the order of `WeightBlocks`."""
    return WeightBlocks(nets, "all").cut(observed.derivatives)[0].numpy()[:, 0]


def flat_weights(nets: AtomicNetworks) -> np.ndarray:
    """(K, weights), in the same order."""
    weights = nets.weights()
    layers = [
        np.concatenate([w, b[:, None]], axis=1) for w, b in zip(weights[::2], weights[1::2], strict=True)
    ]
    return np.concatenate([layer.reshape(len(layer), -1) for layer in layers], axis=1)


def tape_gradient(nets: AtomicNetworks, value: Callable[[], tf.Tensor]) -> np.ndarray:
    """∂value/∂weights (K, weights) by TensorFlow."""
    with tf.GradientTape() as tape:
        result = value()
    variables = [variable.value for variable in nets.variables]
    arrays = [v.numpy() for v in tape.gradient(result, variables, unconnected_gradients="zero")]
    pairs = zip(arrays[::2], arrays[1::2], strict=True)
    layers = [np.concatenate([w, b[:, None]], axis=1) for w, b in pairs]
    return np.concatenate([layer.reshape(len(layer), -1) for layer in layers], axis=1)


@pytest.mark.parametrize("activation", ["tanh", "softplus"])
def test_observations_and_their_derivatives_are_those_of_tensorflow(
    descriptor: Descriptor, data: DataSet, activation: str
) -> None:
    nets, device, seen = networks(descriptor, activation), to_device(data, "float64"), find_seen(data)
    batch = to_tensors(next(batches(data, np.array([4, 1]), 2, "float64")))
    chosen = [3, 0, 9]
    atoms = tf.gather(batch.atoms, chosen)
    observed = [
        observe_energies(View(parameters(nets), device, seen, nets.charges), batch.frames),
        observe_forces(View(parameters(nets), device, seen, nets.charges), atoms),
        observe_strains(View(parameters(nets), device, seen, nets.charges), batch.frames),
    ]

    random = np.random.default_rng(0)

    def values(kind: int) -> tf.Tensor:
        predicted = predict(nets, device, batch, with_stress=True)
        parts = (predicted.energies, tf.gather(predicted.forces, chosen), predicted.strain_derivatives)
        return tf.reshape(tf.einsum("nk...->kn...", parts[kind]), (nets.n_members, -1))

    for kind, found in enumerate(observed):
        np.testing.assert_allclose(found.predicted, values(kind), rtol=1e-10, atol=1e-12)
        mix = random.normal(size=found.predicted.shape)
        expected = tape_gradient(nets, lambda k=kind, r=mix: tf.reduce_sum(r * values(k)))
        assert np.abs(expected).max() > 1e-2, "derivatives too small to test anything"
        mixed = np.einsum("km,kmw->kw", mix, flat(nets, found))
        np.testing.assert_allclose(mixed, expected, rtol=1e-8, atol=1e-10)


def test_derivatives_of_forces_against_differences(descriptor: Descriptor, data: DataSet) -> None:
    nets, device, seen = networks(descriptor), to_device(data, "float64"), find_seen(data)
    atoms, step, tested = tf.constant([2, 7]), 1e-5, 0
    found = observe_forces(View(parameters(nets), device, seen, nets.charges), atoms)
    layers = [layer for element in nets.elements for layer in found.derivatives[element]]
    for variable, layer in zip(nets.variables[:6:2], layers[:3], strict=True):
        plain = variable.numpy().copy()
        index = (1, plain.shape[1] // 2, plain.shape[2] - 1)
        results = []
        for sign in (1, -1):
            changed = plain.copy()
            changed[index] += sign * step
            variable.assign(changed)
            results.append(
                observe_forces(View(parameters(nets), device, seen, nets.charges), atoms).predicted[1].numpy()
            )
        variable.assign(plain)
        expected = (results[0] - results[1]) / (2 * step)
        np.testing.assert_allclose(layer[1, :, index[1], index[2]], expected, rtol=1e-6, atol=1e-9)
        tested += np.abs(expected).max() > 1e-3
    assert tested >= 2, "derivatives too small to test anything"


def textbook(
    weights: np.ndarray, covariance: np.ndarray, h: np.ndarray, residuals: np.ndarray, forgetting: float
) -> tuple[np.ndarray, np.ndarray]:
    """One update of a dense filter with observations of noise 1, as Haykin writes it."""
    gain = covariance @ h.T @ np.linalg.inv(forgetting * np.eye(len(h)) + h @ covariance @ h.T)
    return weights + gain @ residuals, (covariance - gain @ h @ covariance) / forgetting


def test_updates_are_those_of_the_textbook() -> None:
    random, shapes = np.random.default_rng(0), [(1, 5), (3, 2)]
    filter_ = KalmanFilter(shapes, 2, 3.0, 0.9, 0.7, process_noise=0.1, noise_decay=0.5)
    assert filter_.learning_rate == 0.9
    weights, dense, forgetting, noise = np.zeros((2, 11)), [3.0 * np.eye(11)] * 2, 0.9, 0.1
    same_block = np.zeros((11, 11))
    for start, stop in ((0, 5), (5, 7), (7, 9), (9, 11)):
        same_block[start:stop, start:stop] = 1.0
    changed = np.zeros((2, 11))
    for _ in range(4):
        h, residuals = random.normal(size=(2, 6, 11)), random.normal(size=(2, 6))
        cut = [h[:, None, :, :5], np.moveaxis(h[:, :, 5:].reshape(2, 6, 3, 2), 2, 1)]
        for member in range(2):
            weights[member], full = textbook(
                weights[member], dense[member], h[member], residuals[member], forgetting
            )
            dense[member] = full * same_block + noise * np.eye(11)
        forgetting, noise = 0.7 * forgetting + 0.3, 0.5 * noise
        parts = filter_.update([tf.constant(part) for part in cut], tf.constant(residuals))
        changed += np.concatenate([part.numpy().reshape(2, -1) for part in parts], axis=1)
    np.testing.assert_allclose(changed, weights, rtol=1e-10)
    assert filter_.learning_rate == pytest.approx(forgetting)
    assert float(filter_.state()[-1]) == pytest.approx(0.1 * 0.5**4)
    first = filter_.state()[0]
    assert (first == np.swapaxes(first, -1, -2)).all(), "a covariance is symmetric"
    np.testing.assert_allclose(first[:, 0], np.array(dense)[:, :5, :5], rtol=1e-9, atol=1e-12)


def test_on_a_linear_model_the_filter_is_recursive_least_squares() -> None:
    random, n, prior = np.random.default_rng(1), 7, 4.0
    filter_ = KalmanFilter([(1, n)], 1, prior, 0.8, 0.9)
    weights, inverse, right = np.zeros(n), np.eye(n) / prior, np.zeros(n)
    for _ in range(12):
        h, y, forgetting = random.normal(size=(3, n)), random.normal(size=3), filter_.learning_rate
        (change,) = filter_.update([tf.constant(h[None, None])], tf.constant((y - h @ weights)[None]))
        weights = weights + change.numpy()[0, 0]
        inverse = forgetting * inverse + h.T @ h
        right = forgetting * right + h.T @ y
    expected = np.linalg.solve(inverse, right)
    np.testing.assert_allclose(weights, expected, rtol=1e-10)
    unweighted = np.linalg.solve(inverse, h.T @ y)
    assert not np.allclose(weights, unweighted, rtol=0.1), "the earlier observations must matter"


@pytest.mark.parametrize("kind", ["all", "element", "layer", "node"])
def test_blocks_hold_every_weight_once(descriptor: Descriptor, kind: str) -> None:
    nets = networks(descriptor)
    blocks, before, random = WeightBlocks(nets, kind), flat_weights(nets), np.random.default_rng(0)
    n_elements = {"all": 1, "element": 2, "layer": 6, "node": 20}
    assert sum(n for n, _ in blocks.shapes) == n_elements[kind]
    shapes = [(layer.weights.shape[1] + 1, layer.weights.shape[2]) for layer in nets.parameters("Cu")]
    change = {e: [tf.constant(random.normal(size=(2, 1, *shape))) for shape in shapes] for e in nets.elements}
    cut = blocks.cut(change)
    assert [(part.shape[1], part.shape[3]) for part in cut] == blocks.shapes
    blocks.add([part[:, :, 0] for part in cut])
    expected = WeightBlocks(nets, "all").cut(change)[0].numpy()[:, 0, 0]
    np.testing.assert_allclose(flat_weights(nets) - before, expected, rtol=1e-9, atol=1e-12)


def test_a_node_has_the_weights_that_lead_to_it(descriptor: Descriptor) -> None:
    nets = networks(descriptor)
    marked = {
        e: [
            tf.zeros((2, 1, p.weights.shape[1] + 1, p.weights.shape[2]), tf.float64)
            for p in nets.parameters(e)
        ]
        for e in nets.elements
    }
    marked["Cu"][0] = tf.broadcast_to(tf.range(5, dtype=tf.float64), marked["Cu"][0].shape)
    first = WeightBlocks(nets, "node").cut(marked)[0].numpy()
    np.testing.assert_array_equal(first[1, :, 0], np.repeat(np.arange(5.0)[:, None], first.shape[-1], axis=1))


def trainer(descriptor: Descriptor, data: DataSet, **options: object) -> KalmanTrainer:
    options = {"batch_size": 6} | options
    config = alloy_config(Path("none.xyz"), name="kalman", precision="float64", **options)
    return KalmanTrainer(Task(config, networks(descriptor), data, None, 1.5))


def test_a_step_is_one_update_of_the_weighted_residuals(descriptor: Descriptor, data: DataSet) -> None:
    """The whole chain, stresses and missing forces included, against the derivatives of the loss itself."""
    fit = trainer(descriptor, data, energy_weight=7.0, stress_weight=3.0)
    nets, device = fit._networks, to_device(data, "float64")
    batch = to_tensors(next(batches(data, np.array([1, 2, 3, 0]), 4, "float64")))
    terms = Terms(fit._config.loss.weights, 1.5, 1000)(
        View(parameters(nets), device, find_seen(data), nets.charges), batch, tf.constant([0, 1])
    )
    residuals, derivatives = weighted(terms)
    predicted = predict(nets, device, batch, with_stress=True)
    sums = fit._loss.sums(predicted, device, batch)
    for observed, of_the_loss in zip(sums_of(terms), sums, strict=True):
        np.testing.assert_allclose(observed, of_the_loss, rtol=1e-9)
    n_forces = float(sums.counts[1])
    np.testing.assert_allclose(
        tf.reduce_sum(residuals**2, axis=1), n_forces * fit._loss.total(sums, batch.counts), rtol=1e-10
    )
    h = WeightBlocks(nets, "all").cut(derivatives)[0].numpy()[:, 0]
    gradient = -2.0 * np.einsum("km,kmw->kw", residuals, h)

    def loss() -> tf.Tensor:
        predicted = predict(nets, device, batch, with_stress=True)
        return n_forces * tf.reduce_sum(
            fit._loss.total(fit._loss.sums(predicted, device, batch), batch.counts)
        )

    np.testing.assert_allclose(gradient, tape_gradient(nets, loss), rtol=1e-8, atol=1e-8)
    before = flat_weights(nets)
    fit._terms = Terms(fit._config.loss.weights, 1.5, 1000)
    fit._update(device, batch, tf.constant([0, 1]))
    for member in range(nets.n_members):
        covariance = np.eye(before.shape[1]) * fit._config.optimizer.kalman.initial_covariance
        after, _ = textbook(
            before[member],
            covariance,
            h[member],
            residuals[member].numpy(),
            fit._config.optimizer.kalman.forgetting,
        )
        np.testing.assert_allclose(flat_weights(nets)[member], after, rtol=1e-7, atol=1e-9)


def test_only_atoms_with_forces_are_chosen_and_none_twice(data: DataSet) -> None:
    device = to_device(data, "float64")
    batch = to_tensors(next(batches(data, np.array([1, 2]), 3, "float64")))
    has_forces = set(range(data.first[1], data.first[2]))
    drawn = [tuple(choose_atoms(device, batch, 6, tf.constant([5, n])).numpy()) for n in range(20)]
    assert all(len(set(atoms)) == 6 and set(atoms) <= has_forces for atoms in drawn)
    assert len(set(drawn)) > 10, "the choice must be random"
    assert set().union(*drawn) == has_forces


def test_a_restored_filter_repeats_its_steps(descriptor: Descriptor, data: DataSet) -> None:
    fit = trainer(descriptor, data, kalman={"process_noise": 0.01})
    fit.run_epoch(1)
    weights, state = fit.weights(), fit.optimizer.state()
    second = fit.run_epoch(2)
    after, state_after = fit.weights(), fit.optimizer.state()
    assert fit.optimizer.learning_rate > fit._config.optimizer.kalman.forgetting
    fit.restore(weights, state)
    np.testing.assert_array_equal(fit.run_epoch(2).loss, second.loss)
    assert all((a == b).all() for a, b in zip(after, fit.weights(), strict=True))
    assert all((a == b).all() for a, b in zip(state_after, fit.optimizer.state(), strict=True))
    assert not any((a == b).all() for a, b in zip(weights, after, strict=True)), "nothing has moved"


def test_the_process_noise_decays_to_a_thousandth_over_the_run(descriptor: Descriptor, data: DataSet) -> None:
    fit = trainer(descriptor, data, kalman={"process_noise": 0.01}, epochs=3, batch_size=3)
    expected = 0.01 * LAST_NOISE ** (np.arange(1, 4) / 3)
    for epoch, noise in enumerate(expected, 1):
        fit.run_epoch(epoch)
        assert float(fit.optimizer.state()[-1]) == pytest.approx(noise, rel=1e-9), epoch
    assert expected[-1] == pytest.approx(1e-5)


def test_a_fading_memory_keeps_its_covariance_symmetric_and_positive() -> None:
    """Every update divides what rounding left by λ: without care P has negative eigenvalues after 200."""
    size, n_observations, forgetting = 9, 7, 0.9
    kalman = KalmanFilter([(1, size)], 1, 1.0, forgetting, 1.0)
    scales = np.logspace(0, 3, size)
    rows = np.random.default_rng(0).normal(size=(200, 1, 1, n_observations, size)) * scales
    update = tf.function(lambda h: kalman.update([h], tf.zeros((1, n_observations), tf.float64)))
    for step in range(400):
        update(tf.constant(rows[step % len(rows)]))
    found = kalman.state()[0][0, 0]
    weights = forgetting ** np.arange(400)[::-1]
    seen = np.concatenate([rows[:, 0, 0], rows[:, 0, 0]])
    information = np.einsum("s,smi,smj->ij", weights, seen, seen)
    np.testing.assert_array_equal(found, found.T)
    assert np.linalg.eigvalsh(found)[0] > 0.0
    by_scale = scales[:, None] * found * scales
    np.testing.assert_allclose(
        by_scale, scales[:, None] * np.linalg.inv(information) * scales, atol=1e-6 * by_scale.max()
    )


def test_a_filter_that_diverges_is_an_error_that_says_what_to_do(
    descriptor: Descriptor, data: DataSet
) -> None:
    bad = Errors(*[np.array([1.0, np.nan])] * 4)
    for precision in ("float64", "float32"):
        with pytest.raises(InvalidInputError, match="diverged in epoch 3; lower optimizer.kalman") as refused:
            epochs._require_finite(trainer(descriptor, data, kalman={"precision": precision}), bad, bad, 3)
        assert ("set its precision to float64" in str(refused.value)) == (precision == "float32")


@pytest.mark.usefixtures("unreported")
def test_training_from_a_configuration(tmp_path: Path) -> None:
    config = alloy_config(write_alloy(tmp_path), name="kalman", epochs=16)
    result = train(config, tmp_path / "run")
    assert (result.models[0] / "input.nn").exists()
    with (tmp_path / "run" / "log.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    losses = [float(row["train_loss"]) for row in rows]
    assert losses[-1] < 0.1 * losses[0], losses
    assert 0.98 <= float(rows[0]["learning_rate"]) < float(rows[-1]["learning_rate"]) < 1.0


@pytest.mark.parametrize("option", [{"function": "mae"}, {"l2": 0.1}, {"dropout": 0.2}])
def test_what_the_filter_cannot_do_is_refused(tmp_path: Path, option: dict[str, object]) -> None:
    with pytest.raises((InvalidInputError, ValueError), match="kalman"):
        alloy_config(tmp_path / "none.xyz", name="kalman", **option)
