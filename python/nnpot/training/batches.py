"""Batches of frames: index arrays, padded so that only a few shapes are ever compiled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnpot.training.dataset import Array, DataSet, Indices


@dataclass(frozen=True)
class Batch:
    """Some frames, by index into a `DataSet`; all arrays padded to one of a few shapes."""

    rows: dict[str, Indices]
    """Per element (R,): rows of its table."""
    frame: dict[str, Indices]
    """Per element (R,): the place within the batch of the row's frame; n_batch for padding."""
    shift: dict[str, Indices]
    """Per element (R,): where the frame's atoms start within the batch."""
    atoms: Indices
    """(A,) rows of the data set's forces."""
    energies: Array
    """(n_batch,) reference energies, eV."""
    sizes: Array
    """(n_batch,) atoms of each frame; 1 for padding."""
    present: Array
    """(n_batch,) 1 for a frame, 0 for padding."""


def batches(data: DataSet, order: NDArray[np.int64], batch_size: int, precision: str) -> Iterator[Batch]:
    """Cut frames into batches, in the order given.

    Shapes are rounded up to a quarter of the largest batch, so that only a few are ever compiled.
    """
    steps = {e: _quarter(int(np.diff(t.first).max()), batch_size) for e, t in data.elements.items()}
    step = _quarter(int(data.sizes.max()), batch_size)
    for start in range(0, len(order), batch_size):
        yield _batch(data, order[start : start + batch_size], batch_size, steps, step, precision)


def _quarter(largest: int, batch_size: int) -> int:
    return max(1, -(-largest * batch_size // 4))


def _batch(
    data: DataSet,
    chosen: NDArray[np.int64],
    batch_size: int,
    steps: dict[str, int],
    step: int,
    precision: str,
) -> Batch:
    shifts = np.concatenate([[0], np.cumsum(data.sizes[chosen])])[:-1]
    rows, frame, shift = {}, {}, {}
    for element, table in data.elements.items():
        counts = table.first[chosen + 1] - table.first[chosen]
        rows[element] = _padded(
            _ranges(table.first[chosen], counts), steps[element], len(table.descriptors) - 1
        )
        frame[element] = _padded(np.repeat(np.arange(len(chosen)), counts), steps[element], batch_size)
        shift[element] = _padded(np.repeat(shifts, counts), steps[element], 0)
    atoms = _padded(_ranges(data.first[chosen], data.sizes[chosen]), step, len(data.forces) - 1)
    missing = (0, batch_size - len(chosen))
    return Batch(
        rows,
        frame,
        shift,
        atoms,
        np.pad(data.energies[chosen], missing).astype(precision),
        np.pad(data.sizes[chosen], missing, constant_values=1).astype(precision),
        np.pad(np.ones(len(chosen)), missing).astype(precision),
    )


def _ranges(starts: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """The numbers start, start + 1, ... of every range in a row."""
    ends = np.cumsum(counts)
    numbers: NDArray[np.int64] = np.arange(ends[-1]) + np.repeat(starts - (ends - counts), counts)
    return numbers


def _padded(values: NDArray[np.int64], step: int, fill: int) -> Indices:
    missing = -len(values) % step or (step if len(values) == 0 else 0)
    return np.pad(values, (0, missing), constant_values=fill).astype(np.int32)
