"""Many steps in one call give what single steps give, in their order."""

from __future__ import annotations

import numpy as np
import pytest
from training_data import alloy_frames

pytest.importorskip("tensorflow")

from test_training_model import LINES, OFFSETS

from nnpot.training.data.dataset import build_dataset
from nnpot.training.inputs.symmetry_functions import fit_descriptor
from nnpot.training.loss import Sums
from nnpot.training.networks.predict import Batch, DeviceData, batches, to_device
from nnpot.training.optimizers import trainer
from nnpot.training.optimizers.trainer import CompiledLoop
from nnpot.training.tensorflow_setup import tf


@pytest.mark.parametrize("compiled", [True, False])
def test_every_batch_once_and_in_order(monkeypatch: pytest.MonkeyPatch, compiled: bool) -> None:
    """Batches of two shapes, of which a call holds at most three."""
    monkeypatch.setattr(trainer, "MOST_STEPS", 3)
    frames = [*alloy_frames(30)[::2], *alloy_frames(4)[1::2]]
    data = build_dataset(fit_descriptor(LINES, ["Cu", "Au"], 6, frames), frames, OFFSETS, "float64")
    order = np.array([*range(8), 15, 16, *range(8, 15)])
    chosen = list(batches(data, order, 2, "float64"))
    shapes = [len(batch.atoms) for batch in chosen]
    assert len(set(shapes)) == 2 and len(set(shapes[:4])) == 1, "not what this test is about"
    seen = tf.Variable(0.0, dtype=tf.float64)

    def step(device: DeviceData, batch: Batch, seed: tf.Tensor) -> Sums:
        seen.assign_add(1.0)
        energies = tf.gather(device.labels.energies, batch.frames)
        values = tf.stack([tf.reduce_sum(energies), seen, tf.cast(tf.reduce_sum(seed), tf.float64)])[:, None]
        return Sums(values, 2.0 * values, batch.counts)

    loop = CompiledLoop(step, 1, len(chosen), compiled)
    seeds = [(7, number) for number in range(len(chosen))]
    found = list(loop(to_device(data, "float64"), chosen, seeds))
    assert len(found) == len(chosen) == seen.numpy()
    for number, (sums, batch) in enumerate(zip(found, chosen, strict=True)):
        energy = data.labels.energies[batch.frames].sum()
        np.testing.assert_allclose(np.ravel(sums.loss), [energy, number + 1, 7 + number], rtol=1e-12)
        np.testing.assert_allclose(sums.squares, 2.0 * np.asarray(sums.loss), rtol=1e-12)
        np.testing.assert_allclose(sums.counts, batch.counts, rtol=1e-12)
