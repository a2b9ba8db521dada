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
    frames: Indices
    """(n_batch,) rows of the data set's labels of frames."""
    counts: Array
    """(3,) labels in the batch: energies, components of forces and stresses; at least 1 each."""


@dataclass(frozen=True)
class _Lengths:
    """Lengths that the index arrays are padded to: of the rows of each element, and of the atoms."""

    rows: dict[str, int]
    atoms: int


def batches(
    data: DataSet,
    order: NDArray[np.int64],
    batch_size: int,
    precision: str,
    share: tuple[int, int] = (0, 1),
) -> Iterator[Batch]:
    """Cut frames into batches, in the order given.

    Every shape is compiled once, which takes seconds, so there are two: one that fits most batches, and one
    that fits the largest frames together. They are the same where all frames are of one composition.

    ``share`` (k, n) takes every n-th frame of each batch from the k-th on, for n replicas that work on it
    together; ``counts`` remain those of the whole batch.
    """
    counts = {element: np.diff(table.first) for element, table in data.elements.items()}
    first, step = share
    n_own = -(-batch_size // step)
    usual = _Lengths({e: _usual(n, n_own) for e, n in counts.items()}, _usual(data.sizes, n_own))
    largest = _Lengths({e: _largest(n, n_own) for e, n in counts.items()}, _largest(data.sizes, n_own))
    for start in range(0, len(order), batch_size):
        together = order[start : start + batch_size]
        chosen = together[first::step]
        fits = data.sizes[chosen].sum() <= usual.atoms and all(
            n[chosen].sum() <= usual.rows[element] for element, n in counts.items()
        )
        n_labels = np.maximum(_count_labels(data, together), 1).astype(precision)
        yield _batch(data, chosen, n_own, usual if fits else largest, n_labels)


def _usual(sizes: NDArray[np.int64], batch_size: int) -> int:
    """A length that about 99 of 100 batches do not exceed."""
    n = min(batch_size, len(sizes))
    length = int(np.ceil(n * sizes.mean() + 2.5 * np.sqrt(n) * sizes.std()))
    return max(1, min(length, _largest(sizes, batch_size)))


def _largest(sizes: NDArray[np.int64], batch_size: int) -> int:
    return max(1, int(np.sort(sizes)[-batch_size:].sum()))


def _count_labels(data: DataSet, frames: NDArray[np.int64]) -> list[float]:
    """Energies, force components, stress components."""
    labels = data.labels
    n_forces = (data.sizes[frames] * labels.has_forces[data.first[frames]]).sum()
    return [len(frames), 3.0 * n_forces, 6.0 * labels.has_stress[frames].sum()]


def _batch(
    data: DataSet, chosen: NDArray[np.int64], batch_size: int, lengths: _Lengths, n_labels: Array
) -> Batch:
    shifts = np.concatenate([[0], np.cumsum(data.sizes[chosen])])[:-1]
    rows, frame, shift = {}, {}, {}
    for element, table in data.elements.items():
        starts, length = table.first[chosen], lengths.rows[element]
        counts = table.first[chosen + 1] - starts
        rows[element] = _padded(_ranges(starts, counts), length, len(table.descriptors) - 1)
        frame[element] = _padded(np.repeat(np.arange(len(chosen)), counts), length, batch_size)
        shift[element] = _padded(np.repeat(shifts, counts), length, 0)
    atoms = _padded(
        _ranges(data.first[chosen], data.sizes[chosen]), lengths.atoms, len(data.labels.forces) - 1
    )
    frames = _padded(chosen, batch_size, len(data))
    return Batch(rows, frame, shift, atoms, frames, n_labels)


def _ranges(starts: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """The numbers start, start + 1, ... of every range in a row."""
    if len(counts) == 0:
        return np.zeros(0, np.int64)
    ends = np.cumsum(counts)
    numbers: NDArray[np.int64] = np.arange(ends[-1]) + np.repeat(starts - (ends - counts), counts)
    return numbers


def _padded(values: NDArray[np.int64], length: int, fill: int) -> Indices:
    return np.pad(values, (0, length - len(values)), constant_values=fill).astype(np.int32)
