"""Several devices or several machines: TensorFlow's distribution strategies behind one small interface.

One process with one device is the default and needs none of this. Several GPUs of one machine are used at
once (``MirroredStrategy``); several processes work together where the environment variable ``TF_CONFIG``
names them (``MultiWorkerMirroredStrategy``), see docs/training/scale.md.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

from nnpot.errors import InvalidInputError
from nnpot.training.tensorflow_setup import tf


class Distribution:
    """All replicas that train together, seen from this process.

    Parameters
    ----------
    strategy
        A mirrored strategy; every replica has a copy of the weights and takes its share of each batch.
    """

    def __init__(self, strategy: tf.distribute.Strategy) -> None:
        self._strategy = strategy
        cluster = strategy.cluster_resolver
        self.n_workers = (
            sum(len(tasks) for tasks in cluster.cluster_spec().as_dict().values()) if cluster else 1
        )
        self.worker = cluster.task_id if cluster else 0
        self.n_replicas: int = strategy.num_replicas_in_sync
        self._sum = tf.function(lambda values: self.run(tf.identity, values), autograph=False)

    @property
    def is_chief(self) -> bool:
        """Whether this process writes the files of the run."""
        return self.worker == 0

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
        """Whether the number is the same in all processes."""
        return not self.any(self._total(float(number)) != float(number) * self.n_replicas)

    def _total(self, number: float) -> float:
        return float(self._sum(self.per_replica(lambda _: tf.constant(number))))


def find_distribution() -> Distribution | None:
    """What the environment offers; None for one process with at most one GPU.

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
    return None
