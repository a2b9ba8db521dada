"""Energies and forces of a batch from the networks and the stored derivatives."""

from __future__ import annotations

from typing import NamedTuple

from nnpot.training.batches import Batch
from nnpot.training.dataset import DataSet
from nnpot.training.networks import AtomicNetworks
from nnpot.training.tensorflow_setup import tf


class DeviceTable(NamedTuple):
    """An `ElementTable` as tensors."""

    descriptors: tf.Tensor
    jacobian: tf.Tensor
    neighbors: tf.Tensor


class DeviceData(NamedTuple):
    """A `DataSet` as tensors."""

    tables: dict[str, DeviceTable]
    forces: tf.Tensor


class BatchTensors(NamedTuple):
    """A `Batch` as tensors."""

    rows: dict[str, tf.Tensor]
    frame: dict[str, tf.Tensor]
    shift: dict[str, tf.Tensor]
    atoms: tf.Tensor
    energies: tf.Tensor
    sizes: tf.Tensor
    present: tf.Tensor


def to_device(data: DataSet, precision: str) -> DeviceData:
    """Copy a data set into TensorFlow's memory."""
    tables = {
        element: DeviceTable(*map(tf.constant, (table.descriptors, table.jacobian, table.neighbors)))
        for element, table in data.elements.items()
    }
    return DeviceData(tables, tf.constant(data.forces, precision))


def to_tensors(batch: Batch) -> BatchTensors:
    """Hand the index arrays of a batch to TensorFlow."""
    return BatchTensors(**tf.nest.map_structure(tf.constant, dict(vars(batch))))


def energies_and_forces(
    networks: AtomicNetworks, data: DeviceData, batch: BatchTensors
) -> tuple[tf.Tensor, tf.Tensor]:
    """Energies (n_batch,) and forces (A, 3), in the networks' units of energy.

    F_k = -Σ_i Σ_f (dE_i/dg_f) (dg_f/dr_k): the network's own gradient times the stored derivatives, each
    product added to the atom it belongs to.
    """
    n_frames, n_atoms = batch.sizes.shape[0], batch.atoms.shape[0]
    energies = tf.zeros_like(batch.sizes)
    gradient = tf.zeros((n_atoms, 3), batch.sizes.dtype)
    for element in networks.elements:
        table, rows = data.tables[element], batch.rows[element]
        descriptors = tf.gather(table.descriptors, rows)
        with tf.GradientTape() as tape:
            tape.watch(descriptors)
            atomic = networks(element, descriptors)
        slopes = tape.gradient(atomic, descriptors)
        products = tf.matmul(slopes[:, None, :], tf.gather(table.jacobian, rows))
        targets = tf.gather(table.neighbors, rows) + batch.shift[element][:, None]
        energies += tf.math.unsorted_segment_sum(atomic[:, 0], batch.frame[element], n_frames + 1)[:-1]
        gradient += tf.math.unsorted_segment_sum(
            tf.reshape(products, (-1, 3)), tf.reshape(targets, (-1,)), n_atoms
        )
    return energies, -gradient
