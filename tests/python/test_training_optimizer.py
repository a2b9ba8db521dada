"""Optimizers, schedules, clipping and first weights."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from training_data import alloy_config, alloy_frames

pytest.importorskip("tensorflow")

from nnpot.training.config import NetworkConfig, OptimizerConfig, TrainingConfig
from nnpot.training.data.dataset import DataSet, build_dataset
from nnpot.training.inputs.symmetry_functions import Descriptor, fit_descriptor
from nnpot.training.networks.atomic import AtomicNetworks
from nnpot.training.networks.dense import INITIALIZERS, nguyen_widrow
from nnpot.training.optimizers.gradient import OPTIMIZERS, clip, clip_components, plateau_rate
from nnpot.training.optimizers.trainer import GradientTrainer, Task
from nnpot.training.tensorflow_setup import tf

LINES = [f"{a} 2 {b} 0.5 {shift} 4.0" for a in ("Cu", "Au") for b in ("Cu", "Au") for shift in (0.0, 2.5)]
FRAMES = alloy_frames(6)


@pytest.fixture(scope="module")
def descriptor() -> Descriptor:
    return fit_descriptor(LINES, ["Cu", "Au"], 1, FRAMES)


@pytest.fixture(scope="module")
def data(descriptor: Descriptor) -> DataSet:
    return build_dataset(descriptor, FRAMES, {"Cu": 1.0, "Au": -2.0}, "float32")


def trainer_of(config: TrainingConfig, descriptor: Descriptor, data: DataSet) -> GradientTrainer:
    scales = {element: inputs.initial_scale for element, inputs in descriptor.inputs.items()}
    nets = AtomicNetworks.create(config.network, scales, "float32", config.training.seed)
    return GradientTrainer(Task(config, nets, data, None, 1.0))


def config_of(**options: object) -> TrainingConfig:
    return alloy_config(Path("none.xyz"), batch_size=3, **options)


def test_every_name_of_the_configuration_is_known() -> None:
    names = set(get_args(OptimizerConfig.model_fields["name"].annotation))
    assert names == {*OPTIMIZERS, "kalman"}
    assert set(get_args(NetworkConfig.model_fields["initial_weights"].annotation)) == set(INITIALIZERS)


@pytest.mark.usefixtures("eagerly")
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_learns_and_goes_on_from_its_state(
    name: str, descriptor: Descriptor, data: DataSet
) -> None:
    rate = {"sgd": 0.01, "momentum": 0.002, "nesterov": 0.002, "adagrad": 0.05}.get(name, 0.005)
    config = config_of(name=name, initial_rate=rate, schedule="cosine", clip_norm=5.0, epochs=20)
    trainer = trainer_of(config, descriptor, data)
    first = trainer.run_epoch(1)
    for epoch in range(2, 8):
        trainer.run_epoch(epoch)
    weights, state, before = trainer.weights(), trainer.optimizer.state(), trainer.optimizer.learning_rate
    last = trainer.run_epoch(8)
    assert last.loss[0] < 0.8 * first.loss[0]
    other = trainer_of(config, descriptor, data)
    other.restore(weights, state)
    assert other.optimizer.learning_rate == before
    assert other.run_epoch(8).loss == last.loss


def rates(schedule: str, descriptor: Descriptor, data: DataSet, losses: Sequence[float] = ()) -> list[float]:
    options = {"initial_rate": 0.1, "final_rate": 0.001, "plateau_patience": 2, "plateau_factor": 0.5}
    trainer = trainer_of(config_of(schedule=schedule, epochs=4, **options), descriptor, data)
    found = []
    for epoch in range(4):
        trainer.optimizer.adapt(losses[:epoch])
        found.append(trainer.optimizer.learning_rate)
        trainer.run_epoch(epoch + 1)
    return [*found, trainer.optimizer.learning_rate]


@pytest.mark.usefixtures("eagerly")
def test_schedules_run_from_the_first_to_the_final_rate(descriptor: Descriptor, data: DataSet) -> None:
    expected = 0.1 * 0.01 ** (np.arange(5) / 4)
    np.testing.assert_allclose(rates("exponential", descriptor, data), expected, rtol=1e-5)
    expected = 0.001 + (0.1 - 0.001) * 0.5 * (1 + np.cos(np.pi * np.arange(5) / 4))
    np.testing.assert_allclose(rates("cosine", descriptor, data), expected, rtol=1e-5)
    expected = 0.1 / (1.0 + 99.0 * np.arange(5) / 4)
    np.testing.assert_allclose(rates("inverse_time", descriptor, data), expected, rtol=1e-5)
    np.testing.assert_allclose(rates("constant", descriptor, data), 0.1, rtol=1e-6)
    np.testing.assert_allclose(
        rates("plateau", descriptor, data, [1.0, 2.0, 3.0]), [0.1, 0.1, 0.1, 0.05, 0.05], rtol=1e-6
    )


def test_the_plateau_waits_and_has_a_floor() -> None:
    config = OptimizerConfig(schedule="plateau", initial_rate=1.0, final_rate=0.3, plateau_patience=2)
    assert [plateau_rate(config, [3, 2, 1, 5, 5][:n]) for n in range(6)] == [1, 1, 1, 1, 1, 0.5]
    assert plateau_rate(config, [1.0] * 20) == 0.3


def test_clipping_by_value_cuts_each_component() -> None:
    (clipped,) = clip_components([tf.constant([[3.0, -0.2], [-4.0, 0.5]])], 0.5)
    np.testing.assert_array_equal(clipped.numpy(), np.float32([[0.5, -0.2], [-0.5, 0.5]]))


@pytest.mark.usefixtures("eagerly")
def test_a_first_step_of_plain_descent_is_no_longer_than_the_clipped_value(
    descriptor: Descriptor, data: DataSet
) -> None:
    config = config_of(name="sgd", schedule="constant", initial_rate=0.1, clip_value=1e-3, epochs=1)
    trainer = trainer_of(config, descriptor, data)
    before = trainer.weights()
    trainer.run_epoch(1)
    moves = np.concatenate([np.abs(n - o).ravel() for n, o in zip(trainer.weights(), before, strict=True)])
    assert 0.5e-4 < moves.max() <= 1.01e-4 * trainer.n_frames


def test_clipping_scales_each_member_by_its_own_norm() -> None:
    gradients = [tf.constant([[[3.0, 0.0]], [[0.3, 0.0]]]), tf.constant([[0.0, 4.0], [0.4, 0.0]])]
    clipped = [value.numpy() for value in clip(gradients, 1.0)]
    np.testing.assert_allclose(clipped[0], [[[0.6, 0.0]], [[0.3, 0.0]]], rtol=1e-6)
    np.testing.assert_allclose(clipped[1], [[0.0, 0.8], [0.4, 0.0]], rtol=1e-6)


@pytest.mark.usefixtures("eagerly")
def test_members_train_as_they_would_alone(descriptor: Descriptor, data: DataSet) -> None:
    def trained(members: int, seed: int) -> list[np.ndarray]:
        config = config_of(members=members, clip_norm=0.5, l2=1e-3, initial_weights="nguyen_widrow")
        scales = {element: inputs.initial_scale for element, inputs in descriptor.inputs.items()}
        nets = AtomicNetworks.create(config.network, scales, "float32", seed)
        trainer = GradientTrainer(Task(config, nets, data, None, 1.0))
        trainer.run_epoch(1)
        return trainer.weights()

    together = trained(3, 0)
    for member in range(3):
        alone = trained(1, member)
        for first, second in zip(together, alone, strict=True):
            np.testing.assert_allclose(first[member], second[0], rtol=1e-3, atol=1e-4)


def test_nguyen_widrow_weights_have_their_length() -> None:
    weights, biases, *_, last, zero = nguyen_widrow(np.random.default_rng(0), [7, 20, 10, 1])
    length = 0.7 * 20 ** (1 / 7)
    np.testing.assert_allclose(np.linalg.norm(weights, axis=0), length)
    assert weights.shape == (7, 20) and 0.5 * length < np.abs(biases).max() <= length
    assert last.shape == (10, 1) and not zero.any()
