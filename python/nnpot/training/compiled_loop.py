"""Many steps in one compiled call: what TensorFlow spends on a call is then shared by all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby, islice, repeat

import numpy as np

from nnpot.training.batches import Batch
from nnpot.training.loss import Sums
from nnpot.training.model import BatchTensors, DeviceData, to_tensors
from nnpot.training.tensorflow_setup import tf

Seed = tuple[int, int]

MOST_STEPS = 64
"""In one call; index arrays of as many batches are in memory together."""


class CompiledLoop:
    """Does a step for each of several batches, as many as possible in one call.

    A call costs milliseconds whatever it does, as much as the step itself for a batch of eight small frames.

    Parameters
    ----------
    step
        What is done with a batch; it may change variables.
    n_members, n_batches
        K of the sums, and how many batches there are at most.
    compiled
        By XLA; not possible where derivatives are computed on the fly, and then every step is a call.
    """

    def __init__(
        self,
        step: Callable[[DeviceData, BatchTensors, tf.Tensor], Sums],
        n_members: int,
        n_batches: int,
        compiled: bool,
    ) -> None:
        self._step = step
        self._n_members = n_members
        self._length = min(MOST_STEPS, n_batches)
        self._single = tf.function(step, autograph=False)
        self._many = tf.function(self._loop, jit_compile=True, autograph=False) if compiled else None

    def __call__(
        self, data: DeviceData, batches: Iterable[Batch], seeds: Iterable[Seed] = repeat((0, 0))
    ) -> Iterator[Sums]:
        """The sums of each batch in turn."""
        pairs = zip(batches, seeds, strict=False)
        if self._many is None:
            for batch, seed in pairs:
                yield self._single(data, to_tensors(batch), tf.constant(seed, tf.int32))
            return
        for _, alike in groupby(pairs, key=lambda pair: _shape(pair[0])):
            while chunk := list(islice(alike, self._length)):
                yield from self._run(data, [batch for batch, _ in chunk], [seed for _, seed in chunk])

    def _run(self, data: DeviceData, chunk: list[Batch], seeds: list[Seed]) -> Iterator[Sums]:
        """Runs a chunk, filled up with batches that are not looked at: there is one shape to compile."""
        assert self._many is not None
        n_steps, missing = len(chunk), self._length - len(chunk)
        filled = [dict(vars(batch)) for batch in chunk + chunk[-1:] * missing]
        stacked = tf.nest.map_structure(lambda *arrays: tf.constant(np.stack(arrays)), *filled)
        numbers = tf.constant(seeds + seeds[-1:] * missing, tf.int32)
        sums = self._many(data, BatchTensors(**stacked), numbers, tf.constant(n_steps))
        columns = [np.asarray(values)[:n_steps] for values in sums]
        yield from (Sums(*rows) for rows in zip(*columns, strict=True))

    def _loop(self, data: DeviceData, stacked: BatchTensors, seeds: tf.Tensor, n_steps: tf.Tensor) -> Sums:
        def body(number: tf.Tensor, results: Sums) -> tuple[tf.Tensor, Sums]:
            batch, seed = tf.nest.map_structure(lambda values: values[number], (stacked, seeds))
            sums = self._step(data, batch, seed)
            places = [[number]]
            updated = [
                tf.tensor_scatter_nd_update(all_steps, places, [values])
                for all_steps, values in zip(results, sums, strict=True)
            ]
            return number + 1, Sums(*updated)

        per_member = tf.zeros((self._length, 3, self._n_members), stacked.counts.dtype)
        empty = Sums(per_member, per_member, tf.zeros((self._length, 3), stacked.counts.dtype))
        end: tuple[tf.Tensor, Sums] = tf.while_loop(
            lambda number, _: number < n_steps, body, (tf.constant(0), empty)
        )
        return end[1]


def _shape(batch: Batch) -> tuple[int, ...]:
    return (len(batch.atoms), *(len(rows) for rows in batch.rows.values()))
