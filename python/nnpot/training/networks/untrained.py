"""Networks whose weights follow a rule, so that programs in several languages can build the same."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nnpot import _core

Array = NDArray[np.float64]


def untrained_layers(n_hidden: int, n_nodes: int) -> list[_core.Layer]:
    """One input, hidden sigmoid layers of equal size, one linear output.

    The weights are those of ``nnpot/benchmark/network_programs/untrained.hpp``, in double precision.
    """
    sizes = [1, *[n_nodes] * n_hidden, 1]
    layers, used = [], 0
    for number, (n_in, n_out) in enumerate(zip(sizes, sizes[1:], strict=False)):
        weights = _values(used, n_in * n_out, n_in).reshape(n_in, n_out)
        biases = _values(used + n_in * n_out, n_out, n_in)
        layers.append((weights, biases, "s" if number < n_hidden else "l"))
        used += (n_in + 1) * n_out
    return layers


def _values(start: int, count: int, n_inputs: int) -> Array:
    index = np.arange(start + 1, start + count + 1, dtype=np.uint32)
    mixed = index * np.uint32(2654435761)
    return np.asarray((mixed / 4294967296.0 - 0.5) * (4.0 / np.sqrt(n_inputs)))


def inputs(batch: int) -> Array:
    """The inputs (n, 1) on which all programs are timed; that of a batch of one is 0.5."""
    return (np.arange(batch)[:, None] + 0.5) / batch
