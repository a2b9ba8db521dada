"""Derivatives on the fly against stored ones, and the choice between them."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest
from training_data import alloy_config, write_alloy

pytest.importorskip("tensorflow")

from test_training_loss import FRAMES, LINES, OFFSETS, SCALE

from nnpot.errors import InvalidInputError
from nnpot.support.memory import free_memory, total_memory
from nnpot.training import train
from nnpot.training.config import LossConfig, NetworkConfig, RunConfig
from nnpot.training.data.dataset import DataSet, build_dataset, table_shapes
from nnpot.training.inputs.symmetry_functions import Descriptor, fit_descriptor
from nnpot.training.loss import Loss
from nnpot.training.networks.atomic import AtomicNetworks
from nnpot.training.networks.predict import batches, predict, to_device, to_tensors
from nnpot.training.optimizers.trainer import GradientTrainer, Task
from nnpot.training.potentials import job
from nnpot.training.potentials.job import stores_derivatives
from nnpot.training.tensorflow_setup import tf


@pytest.fixture(scope="module")
def descriptor() -> Descriptor:
    return fit_descriptor(LINES, ["Cu", "Au"], 6, FRAMES)


def both(descriptor: Descriptor) -> list[DataSet]:
    return [
        build_dataset(descriptor, FRAMES, OFFSETS, "float64", derivatives=how)
        for how in ("stored", "on_the_fly")
    ]


def networks(descriptor: Descriptor) -> AtomicNetworks:
    scales = {element: inputs.initial_scale for element, inputs in descriptor.inputs.items()}
    return AtomicNetworks.create(NetworkConfig(hidden=[5, 4], members=2), scales, "float64", 3)


def test_both_give_the_same_predictions_and_gradients(descriptor: Descriptor) -> None:
    nets, loss = networks(descriptor), Loss(LossConfig(stress_weight=5.0), SCALE)
    variables = [variable.value for variable in nets.variables]
    results = []
    for data in both(descriptor):
        device = to_device(data, "float64")
        batch = to_tensors(next(batches(data, np.array([3, 0, 4, 1]), 6, "float64")))
        with tf.GradientTape() as tape:
            said = predict(nets, device, batch, with_stress=True)
            total = tf.reduce_sum(loss.total(loss.sums(said, device, batch), batch.counts))
        results.append([*said, total, *tape.gradient(total, variables)])
    for stored, live in zip(*results, strict=True):
        assert np.abs(stored).max() > 1e-6, "too small to test anything"
        np.testing.assert_allclose(live, stored, rtol=0, atol=1e-11 * np.abs(stored).max())


def test_both_give_the_same_training(descriptor: Descriptor) -> None:
    config = alloy_config(Path("none.xyz"), batch_size=2, precision="float64", stress_weight=1.0, members=2)
    ends = []
    for data in both(descriptor):
        trainer = GradientTrainer(Task(config, networks(descriptor), data, None, SCALE))
        start = trainer.weights()
        errors = [trainer.run_epoch(epoch) for epoch in (1, 2)]
        ends.append([*trainer.weights(), errors[-1].loss])
    assert np.abs(ends[0][0] - start[0]).max() > 1e-3, "nothing was learnt"
    for stored, live in zip(*ends, strict=True):
        np.testing.assert_allclose(live, stored, rtol=1e-8, atol=1e-9)


def test_nothing_is_stored_where_derivatives_are_not(descriptor: Descriptor) -> None:
    stored, live = both(descriptor)
    for element, table in live.elements.items():
        assert table.jacobian.nbytes == table.neighbors.nbytes == table.vectors.nbytes == 0
        np.testing.assert_array_equal(table.descriptors, stored.elements[element].descriptors)


def test_the_estimate_is_the_size_of_the_tables(descriptor: Descriptor) -> None:
    data, _ = both(descriptor)
    for element, shape in table_shapes(descriptor, FRAMES).items():
        assert shape.n_bytes("float64") == data.elements[element].jacobian[:-1].nbytes


@pytest.mark.parametrize(
    ("options", "n_bytes", "stored", "message"),
    [
        ({"memory_limit": 2.0}, 1e9, True, "(float32): 1.00 GB, limit 2.00 GB: stored"),
        ({"memory_limit": 0.5}, 1e9, False, "1.00 GB, limit 0.50 GB: computed on the fly"),
        ({"memory_limit": 2.0, "jacobian": "on_the_fly"}, 1e9, False, "computed on the fly"),
        ({"memory_limit": 0.5, "jacobian": "stored"}, 1e9, True, "although that is more than the limit"),
        ({}, 1e15, False, "computed on the fly"),
    ],
)
def test_the_choice(
    caplog: pytest.LogCaptureFixture, options: dict[str, object], n_bytes: float, stored: bool, message: str
) -> None:
    with caplog.at_level(logging.INFO, "nnpot"):
        assert stores_derivatives(RunConfig.model_validate(options), int(n_bytes)) is stored
    assert message in caplog.text


@pytest.mark.parametrize(
    ("options", "free", "stored"),
    [
        ({}, 9e9, True),
        ({}, 3e9, True),  # half of it would be too little: what others leave must not decide
        ({}, 2e9, False),
        ({"memory_limit": 3.0}, 2e9, True),
        ({"jacobian": "stored"}, 2e9, True),
    ],
)
def test_only_a_full_machine_changes_the_choice(
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    options: dict[str, object],
    free: float,
    stored: bool,
) -> None:
    monkeypatch.setattr(job, "total_memory", lambda: 10e9)
    monkeypatch.setattr(job, "free_memory", lambda: free)
    assert stores_derivatives(RunConfig.model_validate(options), int(2e9)) is stored
    assert ("rounds differently" in caplog.text) is not stored


def test_memory_is_that_of_the_machine_or_of_the_group(tmp_path: Path) -> None:
    meminfo, limit, used = tmp_path / "meminfo", tmp_path / "limit", tmp_path / "used"
    meminfo.write_text("MemTotal: 900 kB\nMemAvailable:     500 kB\n")
    groups = [(str(limit), str(used))]
    assert free_memory(meminfo, groups) == 512000 and total_memory(meminfo, groups) == 921600
    used.write_text("100000\n")
    cases = (("max\n", 512000, 921600), ("300000\n", 200000, 300000), ("50000\n", 0, 50000))
    for text, free, total in cases:
        limit.write_text(text)
        assert free_memory(meminfo, groups) == free
        assert total_memory(meminfo, groups) == total
    assert free_memory(tmp_path / "none", []) == 4096e6


@pytest.mark.usefixtures("eagerly", "unreported")
def test_a_run_within_a_small_limit(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    config = alloy_config(write_alloy(tmp_path), epochs=2, memory_limit=1e-6)
    with caplog.at_level(logging.INFO, "nnpot"):
        result = train(config, tmp_path / "run")
    assert "limit 0.00 GB: computed on the fly" in caplog.text
    assert result.epochs == 2 and result.model.exists()


def test_optimizers_that_need_stored_derivatives_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(job.TRAINERS, "adam", GradientTrainer)
    config = alloy_config(write_alloy(tmp_path), jacobian="on_the_fly")
    with pytest.raises(InvalidInputError, match=r"training.jacobian: adam needs stored derivatives, 0.00 GB"):
        train(config, tmp_path / "run")


def test_networks_and_covariances_that_do_not_fit_are_refused_before_they_are_taken(tmp_path: Path) -> None:
    data = write_alloy(tmp_path)
    with pytest.raises(
        InvalidInputError, match=r"network\.hidden: \d+ weights: expected to need at most .* GB"
    ):
        train(alloy_config(data, hidden=[100_000, 100_000]), tmp_path / "large")
    kalman = {"name": "kalman", "kalman": {"blocks": "all"}, "hidden": [300, 300]}
    with pytest.raises(InvalidInputError, match=r"optimizer\.kalman: \d+ covariances .*blocks: node"):
        train(alloy_config(data, **kalman), tmp_path / "kalman")
    assert not (tmp_path / "large").exists() and not (tmp_path / "kalman").exists()
