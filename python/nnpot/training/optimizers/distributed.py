"""Training on several devices or machines: TensorFlow's distribution strategies behind one small interface.

One process with one device is the default and needs none of this. Several GPUs of one machine are used at
once (``MirroredStrategy``); several processes work together where the environment variable ``TF_CONFIG``
names them (``MultiWorkerMirroredStrategy``), see docs/training/scale.md.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnpot.errors import InvalidInputError
from nnpot.training.optimizers.trainer import GradientTrainer, Task
from nnpot.training.tensorflow_setup import tf


class Alone:
    """One process with one device."""

    worker, is_chief = 0, True
    together = False
    """Whether several devices or processes train."""

    def scope(self) -> Any:
        """A context in which variables are made."""
        return nullcontext()

    def same(self, number: int) -> bool:
        """Whether the number is the same in all processes."""
        return True

    def trainer(self, task: Task) -> GradientTrainer:
        """What trains with gradients."""
        return GradientTrainer(task)

    def require_one_device(self, optimizer: str) -> None:
        """Refuse several devices for an optimizer that works on one only."""


class Distribution(Alone):
    """All replicas that train together, seen from this process, by a mirrored strategy.

    Every replica has a copy of the weights and takes its share of each batch.
    """

    together = True

    def __init__(self, strategy: tf.distribute.Strategy) -> None:
        self._strategy = strategy
        cluster = strategy.cluster_resolver
        self.n_workers = (
            sum(len(tasks) for tasks in cluster.cluster_spec().as_dict().values()) if cluster else 1
        )
        self.worker = cluster.task_id if cluster else 0
        self.is_chief = self.worker == 0
        self.n_replicas: int = strategy.num_replicas_in_sync
        self._sum = tf.function(lambda values: self.run(tf.identity, values), autograph=False)

    def scope(self) -> Any:
        """A context in which variables are made: each replica gets a copy, and they stay the same."""
        return self._strategy.scope()

    def per_replica(self, create: Callable[[int], Any]) -> Any:
        """One value for each replica of this process, on its device; ``create`` is given its number."""
        n_local = self.n_replicas // self.n_workers
        devices = self._strategy.extended.worker_devices

        def value(context: Any) -> Any:
            number = context.replica_id_in_sync_group
            with tf.device(devices[number % n_local]):
                return create(number)

        return self._strategy.experimental_distribute_values_from_function(value)

    def run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call a function in every replica; the tensors that it returns are summed over all of them."""
        results = self._strategy.run(function, arguments)
        return tf.nest.map_structure(
            lambda value: self._strategy.reduce(tf.distribute.ReduceOp.SUM, value, axis=None), results
        )

    def any(self, flag: bool) -> bool:
        """Whether the flag is set in any process."""
        return self._total(float(flag)) > 0.0

    def same(self, number: int) -> bool:
        return not self.any(self._total(float(number)) != float(number) * self.n_replicas)

    def trainer(self, task: Task) -> GradientTrainer:
        return DistributedTrainer(self, task)

    def require_one_device(self, optimizer: str) -> None:
        raise InvalidInputError(
            f"optimizer.name: {optimizer} works on one device only, got {self.n_replicas}; take adam, or "
            f"unset TF_CONFIG and leave one GPU visible (CUDA_VISIBLE_DEVICES=0)"
        )

    def _total(self, number: float) -> float:
        return float(self._sum(self.per_replica(lambda _: tf.constant(number))))


class DistributedTrainer(GradientTrainer):
    """Every replica takes its share of each batch; gradients and sums are added over all of them.

    The same batches, and so the same weights, as with one replica, but for rounding (and for the nodes that
    rest, which are drawn anew in every replica, with dropout). The networks of the task were made within the
    scope of the distribution.
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

    def _place(self, data: Any) -> Any:
        place = super()._place
        return self._distribution.per_replica(lambda _: place(data))

    def _batches(self, data: Any, order: NDArray[np.int64], share: tuple[int, int] = (0, 1)) -> Any:
        """For each step the batches of this process's replicas."""
        n = self._distribution.n_replicas
        shares = [super(DistributedTrainer, self)._batches(data, order, (k, n)) for k in range(n)]
        for together in zip(*shares, strict=True):
            yield self._distribution.per_replica(partial(self._pick, together))

    def _pick(self, shares: Any, number: int) -> Any:
        return self._tensors(shares[number])

    def _steps(self, chosen: Iterable[Any], seeds: Iterable[tuple[int, int]]) -> Iterable[Any]:
        for batch, seed in zip(chosen, seeds, strict=True):
            yield self._compiled(self._device, batch, tf.constant(seed, tf.int32))

    def _measures(self, device: Any, chosen: Iterable[Any]) -> Iterable[Any]:
        return (self._compiled_measure(device, batch) for batch in chosen)

    def _step_together(self, data: Any, batch: Any, seed: tf.Tensor) -> Any:
        return self._distribution.run(self._step_in_replica, data, batch, seed)

    def _step_in_replica(self, data: Any, batch: Any, seed: tf.Tensor) -> Any:
        sums, gradients = self._local_gradients(data, batch, seed, 1.0 / self._distribution.n_replicas)
        if self.optimizer.clips:
            context, n = tf.distribute.get_replica_context(), self._distribution.n_replicas
            gradients = self.optimizer.clipped(context.all_reduce(tf.distribute.ReduceOp.SUM, gradients))
            gradients = [gradient / n for gradient in gradients]  # Keras adds them up once more
        self.optimizer.apply(gradients)
        return sums

    def _measure_together(self, data: Any, batch: Any) -> Any:
        return self._distribution.run(self._measure_in_replica, data, batch)

    def _measure_in_replica(self, data: Any, batch: Any) -> Any:
        return self._local_sums(data, batch)


def find_distribution() -> Alone:
    """What the environment offers: `Alone` for one process with at most one GPU.

    Raises
    ------
    InvalidInputError
        If ``TF_CONFIG`` does not describe a cluster.
    """
    text = os.environ.get("TF_CONFIG", "")
    if text:
        try:
            json.loads(text)["cluster"]["worker"]
            strategy = tf.distribute.MultiWorkerMirroredStrategy()
        except (ValueError, KeyError, TypeError) as error:
            raise InvalidInputError(
                f"TF_CONFIG must name the workers and this one, "
                f'{{"cluster": {{"worker": ["host:port", ...]}}, "task": {{"type": "worker", "index": 0}}}}, '
                f"got {text!r} ({type(error).__name__}: {error})"
            ) from error
        return Distribution(strategy)
    if len(tf.config.list_logical_devices("GPU")) > 1:
        return Distribution(tf.distribute.MirroredStrategy())
    return Alone()
