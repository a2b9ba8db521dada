"""Frames in batches, and what the networks say about one: energies, forces and stresses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnpot.training.data.dataset import Array, CoulombTable, DataSet, ElementTable, Indices, Labels
from nnpot.training.networks.atomic import AtomicNetworks, Charges
from nnpot.training.tensorflow_setup import tf


class Batch(NamedTuple):
    """Some frames, by index into a `DataSet`; all arrays, or tensors, padded to one of a few shapes."""

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


class DeviceData(NamedTuple):
    """A `DataSet` as tensors: its arrays where they are worked on."""

    tables: dict[str, ElementTable]
    labels: Labels
    coulomb: CoulombTable
    live: Any
    """Where derivatives are not stored; compiled functions (XLA) cannot contain it."""


class Predicted(NamedTuple):
    """What K networks say about a batch, in their units of energy."""

    energies: tf.Tensor
    """(n_batch, K)"""
    forces: tf.Tensor | None
    """(A, K, 3); None of data without derivatives."""
    strain_derivatives: tf.Tensor | None
    """(n_batch, K, 6): dE/dε, order xx yy zz yz xz xy; None where it is not asked for."""


def to_device(data: DataSet, precision: str) -> DeviceData:
    """Hand a data set to TensorFlow; stored derivatives are copied only to a GPU."""
    tables = {
        element: ElementTable(
            *(_shared(part) if part is table.jacobian else tf.constant(part) for part in table)
        )
        for element, table in data.elements.items()
    }
    labels = Labels(*(tf.constant(values, precision) for values in data.labels))
    coulomb = CoulombTable(*(tf.constant(values, precision) for values in data.coulomb))
    return DeviceData(tables, labels, coulomb, data.live)


def _shared(array: NDArray[Any]) -> Any:
    """An array as tensor, without a copy where TensorFlow works on the processor."""
    if array.size == 0 or tf.config.list_physical_devices("GPU"):
        return tf.constant(array)
    return tf.experimental.dlpack.from_dlpack(array.__dlpack__())


def to_tensors(batch: Batch) -> Batch:
    """Hand the index arrays of a batch to TensorFlow."""
    tensors: Batch = tf.nest.map_structure(tf.constant, batch)
    return tensors


def predict(
    networks: AtomicNetworks,
    data: DeviceData,
    batch: Batch,
    with_stress: bool,
    seed: tf.Tensor | None = None,
) -> Predicted:
    """Energies, forces and strain derivatives of a batch.

    F_k = -Σ_i Σ_f (dE_i/dg_f) (dg_f/dr_k): the network's own gradient times the derivatives of its inputs,
    each product added to the atom it belongs to. The same products times the neighbours' vectors are dE/dε,
    which is given if asked for. ``seed`` decides which nodes rest (`AtomicNetworks`).
    """
    n_frames = batch.frames.shape[0]
    energies = tf.zeros((n_frames, networks.n_members), batch.counts.dtype)
    slopes = {}
    with_derivatives = _has_derivatives(data)
    for element in networks.elements:
        inputs = tf.gather(data.tables[element].descriptors, batch.rows[element])
        if with_derivatives:
            atomic, slopes[element] = _network_gradient(networks, element, inputs, seed)
        else:
            atomic = networks(element, _for_members(inputs, networks.n_members), seed)
        energies += tf.math.unsorted_segment_sum(atomic, batch.frame[element], n_frames + 1)[:-1]
    near = Predicted(energies, None, None)
    if with_derivatives:
        if data.live is not None:
            gradient, strain = data.live.products(batch.frames, slopes, batch.atoms.shape[0])
        else:
            gradient, strain = _stored_products(data, batch, slopes, with_stress)
        near = Predicted(energies, -gradient, _voigt(strain) if with_stress else None)
    return _with_charges(near, networks.charges, data.coulomb, batch)


def _with_charges(near: Predicted, charges: Charges, forms: CoulombTable, batch: Batch) -> Predicted:
    """The same and the Coulomb energy, its forces and strain derivatives."""
    if not charges.elements:
        return near
    forces, strain = near.forces, near.strain_derivatives
    if forces is not None:
        forces += charges.energies(tf.gather(forms.forces, batch.atoms))
    if strain is not None:
        strain += charges.energies(tf.gather(forms.strain_derivatives, batch.frames))
    return Predicted(
        near.energies + charges.energies(tf.gather(forms.energies, batch.frames)),
        forces,
        strain,
    )


def _stored_products(
    data: DeviceData, batch: Batch, slopes: Mapping[str, tf.Tensor], with_stress: bool
) -> tuple[tf.Tensor, tf.Tensor]:
    """Slopes (R, K, F) times the stored derivatives: by positions (A, K, 3), by strain (n_batch, K, 3, 3)."""
    n_frames, n_atoms, dtype = batch.frames.shape[0], batch.atoms.shape[0], batch.counts.dtype
    n_members = next(iter(slopes.values())).shape[1]
    gradient = tf.zeros((n_atoms, n_members, 3), dtype)
    strain = tf.zeros((n_frames, n_members, 3, 3), dtype)
    for element, own in slopes.items():
        table, rows = data.tables[element], batch.rows[element]
        products = tf.matmul(own, tf.gather(table.jacobian, rows))
        products = tf.reshape(products, (rows.shape[0], n_members, -1, 3))
        targets = tf.gather(table.neighbors, rows) + batch.shift[element][:, None]
        by_slot = tf.reshape(tf.transpose(products, (0, 2, 1, 3)), (-1, n_members, 3))
        gradient += tf.math.unsorted_segment_sum(by_slot, tf.reshape(targets, (-1,)), n_atoms)
        if with_stress:
            outer = tf.einsum("rkma,rmb->rkab", products, tf.gather(table.vectors, rows))
            strain += tf.math.unsorted_segment_sum(outer, batch.frame[element], n_frames + 1)[:-1]
    return gradient, strain


def _network_gradient(
    networks: AtomicNetworks, element: str, descriptors: tf.Tensor, seed: tf.Tensor | None
) -> tuple[tf.Tensor, tf.Tensor]:
    """Energies of atoms (n, K), and their slopes (n, K, F) along the descriptors (n, F)."""
    inputs = _for_members(descriptors, networks.n_members)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        atomic = networks(element, inputs, seed)
    return atomic, tape.gradient(atomic, inputs)


def _for_members(descriptors: tf.Tensor, n_members: int) -> tf.Tensor:
    """(n, F) as (n, K, F)."""
    return tf.repeat(descriptors[:, None, :], n_members, axis=1)


def _has_derivatives(data: DeviceData) -> bool:
    """Stored ones have at least the atom itself in place of a neighbour."""
    return data.live is not None or any(table.jacobian.shape[2] > 0 for table in data.tables.values())


def _voigt(matrices: tf.Tensor) -> tf.Tensor:
    """Symmetric parts of (..., 3, 3) matrices, as (..., 6): xx yy zz yz xz xy."""
    entries = [(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)]
    return tf.stack([0.5 * (matrices[..., a, b] + matrices[..., b, a]) for a, b in entries], axis=-1)


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
