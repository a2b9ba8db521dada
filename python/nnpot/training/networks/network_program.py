"""A program that times an untrained network in TensorFlow; it is asked over its standard input.

The requests are those of ``nnpot/benchmark/network_programs/untrained.hpp``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from nnpot.training.networks.dense import to_keras
from nnpot.training.networks.untrained import inputs, untrained_layers
from nnpot.training.tensorflow_setup import keras, tf

Call = Callable[[], object]


class Program:
    """One network at a time, and ways of evaluating it."""

    def __init__(self) -> None:
        self._model: keras.Sequential | None = None
        self._function: Callable[[tf.Tensor], tf.Tensor] | None = None
        self._dtype = "float64"

    def build(self, n_hidden: int, n_nodes: int, precision: str) -> float:
        """Make a network; returns its output for the input 0.5."""
        self._model = self._function = None
        keras.backend.clear_session()
        self._dtype = precision
        self._model = to_keras(untrained_layers(n_hidden, n_nodes), precision)
        signature = tf.TensorSpec([None, 1], precision)
        self._function = tf.function(self._model).get_concrete_function(signature)
        return float(self._function(tf.constant(self._inputs(1)))[0, 0])

    def time(self, method: str, batch: int, n_evaluations: int) -> float:
        """Mean seconds of an evaluation."""
        call = self._call(method, batch)
        start = perf_counter()
        for _ in range(n_evaluations):
            call()
        return (perf_counter() - start) / n_evaluations

    def _call(self, method: str, batch: int) -> Call:
        assert self._model is not None and self._function is not None, "a network is asked for first"
        model, function, values = self._model, self._function, self._inputs(batch)
        tensor = tf.constant(values)
        calls: dict[str, Call] = {
            "function": lambda: function(tensor),
            "eager": lambda: model(tensor),
            "predict": lambda: model.predict(values, batch_size=batch, verbose=0),
        }
        return calls[method]

    def _inputs(self, batch: int) -> NDArray[np.floating]:
        return inputs(batch).astype(self._dtype)


def main() -> None:
    """Answer until there are no more requests."""
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    program = Program()
    for line in sys.stdin:
        request, *words = line.split()
        try:
            if request == "network":
                answer = program.build(int(words[0]), int(words[1]), words[2])
            else:
                answer = program.time(words[0], int(words[1]), int(words[2]))
            print(repr(answer), flush=True)
        except (tf.errors.OpError, MemoryError) as error:
            print(f"error: {' '.join(str(error).split())[:300]}", flush=True)


if __name__ == "__main__":
    main()
