"""What the Kalman filter sees of a batch: energies, stresses, and the forces on some of its atoms.

The force on an atom is minus the sum of the slopes of the energies of all atoms that see it, each along the
derivatives of its descriptors with respect to the position. The tables here list who sees whom. Every kind of
observation is a term of the loss: errors, what each counts, and derivatives.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnpot.training.data.dataset import DataSet, ElementTable
from nnpot.training.networks.atomic import Charges, Layer
from nnpot.training.networks.predict import Batch, DeviceData
from nnpot.training.optimizers.kalman.rows import energy_rows, slope_rows
from nnpot.training.tensorflow_setup import tf

CHARGES = "charges"
"""The key of the charges among the elements."""


class Seen(NamedTuple):
    """The atoms of one element that see each atom of the data; places left over point at rows of zeros."""

    rows: tf.Tensor
    """(A + 1, S): rows of the element's table."""
    slots: tf.Tensor
    """(A + 1, S): which of that row's neighbours the atom is."""
    frame_rows: tf.Tensor
    """(n_frames + 1, N): rows of the atoms of each frame."""


class View(NamedTuple):
    """What observations are made with."""

    networks: Mapping[str, Sequence[Layer]]
    """Per element the layers of all members."""
    data: DeviceData
    seen: Mapping[str, Seen]
    charges: Charges


class Observed(NamedTuple):
    """Some of the labels of a batch, m in all, as the networks' predictions and their derivatives."""

    predicted: tf.Tensor
    """(K, m)"""
    derivatives: dict[str, list[tf.Tensor]]
    """Per element and layer (K, m, n_in + 1, n_out); of `CHARGES` (K, m, p, 1)."""


def find_seen(data: DataSet) -> dict[str, Seen]:
    """The tables of all elements, from the stored derivatives."""
    return {element: _seen(data, table) for element, table in data.elements.items()}


def choose_atoms(data: DeviceData, batch: Batch, n_atoms: int, seed: tf.Tensor) -> tf.Tensor:
    """Draw atoms (n_atoms,) of a batch that have forces; padding where there are not enough."""
    known = tf.gather(data.labels.has_forces, batch.atoms)
    drawn = tf.random.stateless_uniform(known.shape, seed, dtype=known.dtype)
    return tf.gather(batch.atoms, tf.math.top_k(known + drawn, n_atoms).indices)


def observe_energies(view: View, frames: tf.Tensor) -> Observed:
    """Energies of frames (m,)."""
    predicted, derivatives = [], {}
    for element, layers in view.networks.items():
        rows = tf.gather(view.seen[element].frame_rows, frames)
        descriptors = view.data.tables[element].descriptors
        present = tf.cast(rows < descriptors.shape[0] - 1, descriptors.dtype)
        part = energy_rows(layers, tf.gather(descriptors, rows), present)
        predicted.append(part.predicted)
        derivatives[element] = part.derivatives
    forms = tf.gather(view.data.coulomb.energies, frames)
    return _with_charges(Observed(tf.add_n(predicted), derivatives), view.charges, forms)


def observe_forces(view: View, atoms: tf.Tensor) -> Observed:
    """Forces on atoms: 3 components each, one atom after the other."""
    predicted, derivatives = [], {}
    for element, layers in view.networks.items():
        table, rows = view.data.tables[element], tf.gather(view.seen[element].rows, atoms)
        directions = _directions(table, rows, tf.gather(view.seen[element].slots, atoms))
        part = slope_rows(layers, tf.gather(table.descriptors, rows), directions)
        predicted.append(-_flat(part.predicted))
        derivatives[element] = [-_flat(values) for values in part.derivatives]
    forms = tf.gather(view.data.coulomb.forces, atoms)
    return _with_charges(Observed(tf.add_n(predicted), derivatives), view.charges, forms)


def observe_strains(view: View, frames: tf.Tensor) -> Observed:
    """dE/dε of frames: 6 components each (xx yy zz yz xz xy), one frame after the other."""
    predicted, derivatives = [], {}
    for element, layers in view.networks.items():
        table, rows = view.data.tables[element], tf.gather(view.seen[element].frame_rows, frames)
        part = slope_rows(layers, tf.gather(table.descriptors, rows), _strain_directions(table, rows))
        predicted.append(_flat(part.predicted))
        derivatives[element] = [_flat(values) for values in part.derivatives]
    forms = tf.gather(view.data.coulomb.strain_derivatives, frames)
    return _with_charges(Observed(tf.add_n(predicted), derivatives), view.charges, forms)


def _with_charges(near: Observed, charges: Charges, forms: tf.Tensor) -> Observed:
    """The same and what Coulomb forms (..., E, E), m in all, add to it."""
    if not charges.elements:
        return near
    predicted, derivatives = charges.rows(tf.reshape(forms, (-1, *forms.shape[-2:])))
    of_charges = {CHARGES: [derivatives]} if charges.variables else {}
    return Observed(near.predicted + predicted, near.derivatives | of_charges)


class Term(NamedTuple):
    """m observations of one kind. Their errors are divided as in the loss: energies and strains by atoms."""

    observed: Observed
    reference: tf.Tensor
    """(m,)"""
    divisors: tf.Tensor
    """(m,)"""
    present: tf.Tensor
    """(m,) 1 or 0"""
    weights: tf.Tensor
    """(m,) of the squared errors in the loss; 0 where the label is missing."""
    units: tf.Tensor
    """(m,) what the errors are multiplied with for the report."""

    def errors(self) -> tf.Tensor:
        """(K, m) reference - prediction, 0 where the label is missing."""
        return self.present * (self.reference - self.observed.predicted) / self.divisors

    def n_labels(self) -> tf.Tensor:
        """How many labels there are; at least 1."""
        return tf.maximum(tf.reduce_sum(self.present), 1.0)


class Terms:
    """The three kinds of observations in a batch.

    ``weights`` are those of energies, forces and stresses in the loss; a kind without weight is left out, but
    for the energies. The networks' unit of energy is ``scale`` eV; the forces on ``n_atoms`` are observed.
    """

    def __init__(self, weights: tuple[float, float, float], scale: float, n_atoms: int) -> None:
        self._weights, self._scale, self._n_atoms = weights, scale, n_atoms

    def __call__(self, view: View, batch: Batch, seed: tf.Tensor) -> dict[int, Term]:
        """Observe a batch; by place in the loss: 0 energies, 1 forces, 2 strains."""
        terms = {0: self._energies(view, batch.frames)}
        if self._weights[1] > 0.0:
            atoms = choose_atoms(view.data, batch, min(self._n_atoms, batch.atoms.shape[0]), seed)
            terms[1] = self._forces(view, atoms)
        if self._weights[2] > 0.0:
            terms[2] = self._strains(view, batch.frames)
        return terms

    def _energies(self, view: View, frames: tf.Tensor) -> Term:
        labels = view.data.labels
        present, weights = tf.gather(labels.has_energy, frames), tf.gather(labels.weights, frames)
        return Term(
            observe_energies(view, frames),
            tf.gather(labels.energies, frames) / self._scale,
            tf.gather(labels.sizes, frames),
            present,
            self._weights[0] * present * weights,
            tf.ones_like(present),
        )

    def _forces(self, view: View, atoms: tf.Tensor) -> Term:
        labels = view.data.labels
        present = tf.repeat(tf.gather(labels.has_forces, atoms), 3)
        weights = tf.repeat(tf.gather(labels.atom_weights, atoms), 3)
        return Term(
            observe_forces(view, atoms),
            tf.reshape(tf.gather(labels.forces, atoms), [-1]) / self._scale,
            tf.ones_like(present),
            present,
            self._weights[1] * present * weights,
            tf.ones_like(present),
        )

    def _strains(self, view: View, frames: tf.Tensor) -> Term:
        labels = view.data.labels
        names = ("has_stress", "weights", "sizes", "volumes")
        present, weights, sizes, volumes = (
            tf.repeat(tf.gather(getattr(labels, name), frames), 6) for name in names
        )
        return Term(
            observe_strains(view, frames),
            tf.reshape(tf.gather(labels.strain_derivatives, frames), [-1]) / self._scale,
            sizes,
            present,
            self._weights[2] * present * weights,
            sizes / volumes,
        )


def weighted(terms: Mapping[int, Term]) -> tuple[tf.Tensor, dict[str, list[tf.Tensor]]]:
    """Residuals (K, m), and derivatives of what they measure per element and layer (K, m, n_in + 1, n_out).

    The means of the loss are over labels of a kind; here each kind is weighted as if it had as many labels
    as the most numerous one, n: the squared residuals sum up to n times the loss.
    """
    largest = tf.reduce_max(tf.stack([term.n_labels() for term in terms.values()]))
    roots = [tf.sqrt(term.weights * largest / term.n_labels()) for term in terms.values()]
    pairs = list(zip(terms.values(), roots, strict=True))
    residuals = tf.concat([root * term.errors() for term, root in pairs], axis=1)
    factors = tf.concat([root / term.divisors for term, root in pairs], axis=0)[None, :, None, None]
    derivatives = {
        element: [
            factors * tf.concat(layer, axis=1)
            for layer in zip(*(term.observed.derivatives[element] for term in terms.values()), strict=True)
        ]
        for element in terms[0].observed.derivatives
    }
    return residuals, derivatives


def sums(terms: Mapping[int, Term]) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """The `Sums` of what was observed, before the update, for the log."""
    nothing = tf.zeros_like(terms[0].observed.predicted[:, 0])
    losses, squares, counts = [nothing] * 3, [nothing] * 3, [tf.zeros_like(nothing[0])] * 3
    for place, term in terms.items():
        errors = term.errors()
        losses[place] = tf.reduce_sum(term.weights * errors**2, axis=1)
        squares[place] = tf.reduce_sum((term.units * errors) ** 2, axis=1)
        counts[place] = tf.reduce_sum(term.present)
    return tf.stack(losses), tf.stack(squares), tf.stack(counts)


def _seen(data: DataSet, table: ElementTable) -> Seen:
    n_rows, n_slots = len(table.descriptors) - 1, table.neighbors.shape[1]
    counts = np.diff(table.first)
    start = np.repeat(data.first[:-1], counts)
    used = np.any(table.jacobian.reshape(n_rows + 1, -1, n_slots, 3), axis=(1, 3))[:-1]
    row, slot = np.nonzero(used)
    atom = start[row] + table.neighbors[row, slot]
    order = np.argsort(atom, kind="stable")
    n_seeing = np.bincount(atom, minlength=int(data.first[-1]) + 1)
    rows = _lists(row[order], n_seeing, n_rows)
    slots = _lists(slot[order], n_seeing, 0)
    frame_rows = _lists(np.arange(n_rows), np.append(counts, 0), n_rows)
    return Seen(tf.constant(rows), tf.constant(slots), tf.constant(frame_rows))


def _lists(values: NDArray[np.int64], lengths: NDArray[np.int64], fill: int) -> NDArray[np.int32]:
    """Consecutive lists of these lengths as rows of a table, filled up."""
    longest = max(1, int(lengths.max()))
    table = np.full((len(lengths), longest), fill, np.int32)
    table[np.arange(longest) < lengths[:, None]] = values
    return table


def _directions(table: ElementTable, rows: tf.Tensor, slots: tf.Tensor) -> tf.Tensor:
    """dg/dr of one neighbour of each row, (..., 3, F); rows and slots (...)."""
    n_functions, n_slots = table.descriptors.shape[1], table.neighbors.shape[1]
    vectors = tf.reshape(table.jacobian, (-1, 3))
    first = tf.cast(rows, tf.int64)[..., None] * n_functions + tf.range(n_functions, dtype=tf.int64)
    found = tf.gather(vectors, first * n_slots + tf.cast(slots, tf.int64)[..., None])
    return tf.einsum("gsfd->gsdf", found)


def _strain_directions(table: ElementTable, rows: tf.Tensor) -> tf.Tensor:
    """dg/dε of each row, (G, S, 6, F)."""
    jacobian, vectors = tf.gather(table.jacobian, rows), tf.gather(table.vectors, rows)
    by_slot = tf.reshape(jacobian, (*jacobian.shape[:-1], -1, 3))
    outer = tf.einsum("gsfma,gsmb->gsabf", by_slot, vectors)
    pairs = [(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)]
    return tf.stack([0.5 * (outer[:, :, a, b] + outer[:, :, b, a]) for a, b in pairs], axis=2)


def _flat(values: tf.Tensor) -> tf.Tensor:
    """(K, G, D, ...) to (K, G D, ...)."""
    return tf.reshape(values, (values.shape[0], -1, *values.shape[3:]))
