"""The terms of the loss as a Kalman filter sees them: errors, what each counts, and derivatives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from nnpot.training.config import LossConfig
from nnpot.training.kalman_observations import (
    Observed,
    View,
    choose_atoms,
    observe_energies,
    observe_forces,
    observe_strains,
)
from nnpot.training.loss import Sums
from nnpot.training.model import BatchTensors
from nnpot.training.tensorflow_setup import tf


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

    Parameters
    ----------
    config
        Weights of the loss; a kind without weight is left out, but for the energies.
    scale
        eV; the networks' unit of energy.
    n_atoms
        How many atoms' forces are observed in a batch.
    """

    def __init__(self, config: LossConfig, scale: float, n_atoms: int) -> None:
        self._config, self._scale, self._n_atoms = config, scale, n_atoms

    def __call__(self, view: View, batch: BatchTensors, seed: tf.Tensor) -> dict[int, Term]:
        """Observe a batch; by place in the loss: 0 energies, 1 forces, 2 strains."""
        terms = {0: self._energies(view, batch.frames)}
        if self._config.force_weight > 0.0:
            atoms = choose_atoms(view.data, batch, min(self._n_atoms, batch.atoms.shape[0]), seed)
            terms[1] = self._forces(view, atoms)
        if self._config.stress_weight > 0.0:
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
            self._config.energy_weight * present * weights,
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
            self._config.force_weight * present * weights,
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
            self._config.stress_weight * present * weights,
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


def sums(terms: Mapping[int, Term]) -> Sums:
    """The errors of what was observed, before the update, for the log."""
    nothing = tf.zeros_like(terms[0].observed.predicted[:, 0])
    losses, squares, counts = [nothing] * 3, [nothing] * 3, [tf.zeros_like(nothing[0])] * 3
    for place, term in terms.items():
        errors = term.errors()
        losses[place] = tf.reduce_sum(term.weights * errors**2, axis=1)
        squares[place] = tf.reduce_sum((term.units * errors) ** 2, axis=1)
        counts[place] = tf.reduce_sum(term.present)
    return Sums(tf.stack(losses), tf.stack(squares), tf.stack(counts))
