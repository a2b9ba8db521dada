"""Energies, forces and stresses of a batch from the networks and the derivatives of their inputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from nnpot.training.batches import Batch
from nnpot.training.charges import Charges
from nnpot.training.dataset import Array, DataSet
from nnpot.training.live import LiveDerivatives
from nnpot.training.networks import AtomicNetworks
from nnpot.training.tensorflow_setup import tf


class DeviceTable(NamedTuple):
    """An `ElementTable` as tensors."""

    descriptors: tf.Tensor
    jacobian: tf.Tensor
    neighbors: tf.Tensor
    vectors: tf.Tensor


class DeviceLabels(NamedTuple):
    """`Labels` as tensors."""

    energies: tf.Tensor
    sizes: tf.Tensor
    volumes: tf.Tensor
    has_energy: tf.Tensor
    has_stress: tf.Tensor
    strain_derivatives: tf.Tensor
    weights: tf.Tensor
    forces: tf.Tensor
    has_forces: tf.Tensor
    atom_weights: tf.Tensor


class DeviceForms(NamedTuple):
    """`CoulombTable` as tensors."""

    energies: tf.Tensor
    forces: tf.Tensor
    strain_derivatives: tf.Tensor


class DeviceData(NamedTuple):
    """A `DataSet` as tensors."""

    tables: dict[str, DeviceTable]
    labels: DeviceLabels
    coulomb: DeviceForms | None = None
    live: LiveDerivatives | None = None
    """Where derivatives are not stored; compiled functions (XLA) cannot contain it."""


class BatchTensors(NamedTuple):
    """A `Batch` as tensors."""

    rows: dict[str, tf.Tensor]
    frame: dict[str, tf.Tensor]
    shift: dict[str, tf.Tensor]
    atoms: tf.Tensor
    frames: tf.Tensor
    counts: tf.Tensor


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
        element: DeviceTable(
            tf.constant(table.descriptors),
            _shared(table.jacobian),
            tf.constant(table.neighbors),
            tf.constant(table.vectors),
        )
        for element, table in data.elements.items()
    }
    labels = {name: tf.constant(values, precision) for name, values in vars(data.labels).items()}
    coulomb = None
    if data.coulomb is not None:
        coulomb = DeviceForms(*(tf.constant(values, precision) for values in data.coulomb))
    return DeviceData(tables, DeviceLabels(**labels), coulomb, data.live)


def _shared(array: Array) -> tf.Tensor:
    """An array as tensor, without a copy where TensorFlow works on the processor."""
    if array.size == 0 or tf.config.list_physical_devices("GPU"):
        return tf.constant(array)
    return tf.experimental.dlpack.from_dlpack(array.__dlpack__())


def to_tensors(batch: Batch) -> BatchTensors:
    """Hand the index arrays of a batch to TensorFlow."""
    return BatchTensors(**tf.nest.map_structure(tf.constant, dict(vars(batch))))


def predict(
    networks: AtomicNetworks,
    data: DeviceData,
    batch: BatchTensors,
    with_stress: bool,
    seed: tf.Tensor | None = None,
) -> Predicted:
    """Energies, forces and strain derivatives of a batch.

    F_k = -Σ_i Σ_f (dE_i/dg_f) (dg_f/dr_k): the network's own gradient times the derivatives of its inputs,
    each product added to the atom it belongs to. The same products times the neighbours' vectors are dE/dε.

    Parameters
    ----------
    networks
        K of them for every element.
    data, batch
        The frames.
    with_stress
        Whether dE/dε is wanted.
    seed
        Of the nodes at rest, see `AtomicNetworks`.
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
    if not with_derivatives:
        near = Predicted(energies, None, None)
    elif data.live is not None:
        gradient, strain = data.live.products(batch.frames, slopes, batch.atoms.shape[0])
        near = Predicted(energies, -gradient, _voigt(strain) if with_stress else None)
    else:
        gradient, strain = _stored_products(data, batch, slopes, with_stress)
        near = Predicted(energies, -gradient, _voigt(strain) if with_stress else None)
    if data.coulomb is None or networks.charges is None:
        return near
    return _with_charges(near, networks.charges, data.coulomb, batch)


def _with_charges(near: Predicted, charges: Charges, forms: DeviceForms, batch: BatchTensors) -> Predicted:
    """The same and the Coulomb energy, its forces and strain derivatives."""
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
    data: DeviceData, batch: BatchTensors, slopes: Mapping[str, tf.Tensor], with_stress: bool
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
