"""Training with one of Keras's optimizers on several devices or machines at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnpot.training.batches import Batch, batches
from nnpot.training.dataset import DataSet
from nnpot.training.distribution import Distribution
from nnpot.training.gradient_trainer import GradientTrainer
from nnpot.training.loss import Sums
from nnpot.training.model import BatchTensors, DeviceData, to_device, to_tensors
from nnpot.training.tensorflow_setup import tf
from nnpot.training.trainer import Task


class DistributedTrainer(GradientTrainer):
    """Every replica takes its share of each batch; gradients and sums are added over all of them.

    The same batches, and so the same weights, as with one replica, but for rounding (and for the nodes that
    rest, which are drawn anew in every replica, with dropout).

    Parameters
    ----------
    distribution
        The replicas; the networks of the task were made within its scope.
    task
        As of `Trainer`.
    """

    def __init__(self, distribution: Distribution, task: Task) -> None:
        self._distribution = distribution
        with distribution.scope():
            super().__init__(task)
        self._local_gradients = tf.function(self._gradients, jit_compile=True, autograph=False)
        self._local_sums = tf.function(self._sums, jit_compile=True, autograph=False)
        self._compiled = tf.function(self._step_together, autograph=False)
        self._compiled_measure = tf.function(self._measure_together, autograph=False)

    def any(self, flag: bool) -> bool:
        return self._distribution.any(flag)

    def _place(self, data: DataSet) -> Any:
        return self._distribution.per_replica(lambda _: to_device(data, self._config.training.precision))

    def _batches(self, data: DataSet, order: NDArray[np.int64]) -> Any:
        """For each step the batches of this process's replicas."""
        config, n = self._config.training, self._distribution.n_replicas
        shares = [batches(data, order, config.batch_size, config.precision, (k, n)) for k in range(n)]
        for together in zip(*shares, strict=True):
            yield self._distribution.per_replica(partial(_pick, together))

    def _steps(self, chosen: Iterable[Any], seeds: Iterable[tuple[int, int]]) -> Iterable[Sums]:
        for batch, seed in zip(chosen, seeds, strict=True):
            yield self._compiled(self._device, batch, tf.constant(seed, tf.int32))

    def _measures(self, device: Any, chosen: Iterable[Any]) -> Iterable[Sums]:
        return (self._compiled_measure(device, batch) for batch in chosen)

    def _step_together(self, data: Any, batch: Any, seed: tf.Tensor) -> Sums:
        sums: Sums = self._distribution.run(self._step_in_replica, data, batch, seed)
        return sums

    def _step_in_replica(self, data: DeviceData, batch: Any, seed: tf.Tensor) -> Sums:
        sums, gradients = self._local_gradients(data, batch, seed, 1.0 / self._distribution.n_replicas)
        config = self._config.optimizer
        if config.clip_norm is not None or config.clip_value is not None:
            context, n = tf.distribute.get_replica_context(), self._distribution.n_replicas
            gradients = self._clipped(context.all_reduce(tf.distribute.ReduceOp.SUM, gradients))
            gradients = [gradient / n for gradient in gradients]  # Keras adds them up once more
        self._apply(gradients)
        result: Sums = sums
        return result

    def _measure_together(self, data: Any, batch: Any) -> Sums:
        sums: Sums = self._distribution.run(self._measure_in_replica, data, batch)
        return sums

    def _measure_in_replica(self, data: DeviceData, batch: BatchTensors) -> Sums:
        sums: Sums = self._local_sums(data, batch)
        return sums


def _pick(shares: Sequence[Batch], number: int) -> BatchTensors:
    return to_tensors(shares[number])
