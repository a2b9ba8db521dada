"""The loss: errors of energies per atom, force components and stresses, and what large weights cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from nnpot.training.config import LossConfig
from nnpot.training.networks.predict import Batch, DeviceData, Predicted
from nnpot.training.tensorflow_setup import keras, tf


class Sums(NamedTuple):
    """Sums over frames: terms of the loss and squared errors, each (K,), and what they count."""

    loss: tf.Tensor
    """(3, K): Σ w f(error) of energies, force components, stresses."""
    squares: tf.Tensor
    """(3, K): Σ of squared errors: of energies per atom, of force components, of stresses in units per Å³."""
    counts: tf.Tensor
    """(3,): energies, components of forces, components of stresses."""


class Loss:
    """L = ⟨f(√w_E ΔE/n)⟩ + ⟨f(√w_F ΔF)⟩ + ⟨f(√w_S V Δσ/n)⟩ + l1 Σ|W| + l2 ΣW².

    f(x) is x² (mse), |x| (mae), or x² up to δ and δ (2|x| − δ) beyond (huber); means over frames with the
    label, force components, and stress components. Each frame counts times the weight of its group.

    Parameters
    ----------
    config
        Weights and form.
    scale
        eV; errors are measured in this unit.
    """

    def __init__(self, config: LossConfig, scale: float) -> None:
        self._config = config
        self._scale = scale
        self._weights = config.weights

    @property
    def with_stress(self) -> bool:
        """Whether stresses are fitted."""
        return self._config.stress_weight > 0.0

    def sums(self, predicted: Predicted, data: DeviceData, batch: Batch) -> Sums:
        """Compare a batch with its labels; padding and missing labels count nothing."""
        labels = data.labels
        frames = {
            name: tf.gather(values, batch.frames)
            for name, values in labels._asdict().items()
            if name in _FRAME
        }
        sizes, weights = frames["sizes"][:, None], frames["weights"][:, None]
        atoms = tf.gather(labels.has_forces, batch.atoms)[:, None, None]
        energy = frames["has_energy"][:, None] * (
            predicted.energies - frames["energies"][:, None] / self._scale
        )
        nothing = tf.zeros(energy.shape[1], energy.dtype)
        terms = [self._term(0, weights, energy / sizes), nothing, nothing]
        squares = [_over_all_but_members((energy / sizes) ** 2), nothing, nothing]
        if predicted.forces is not None:
            reference = tf.gather(labels.forces, batch.atoms)[:, None, :] / self._scale
            force = atoms * (predicted.forces - reference)
            atom_weights = tf.gather(labels.atom_weights, batch.atoms)[:, None, None]
            terms[1] = self._term(1, atom_weights, force)
            squares[1] = _over_all_but_members(force**2)
        n_stresses = tf.reduce_sum(frames["has_stress"])
        if predicted.strain_derivatives is not None:
            reference = frames["strain_derivatives"][:, None, :] / self._scale
            strain = frames["has_stress"][:, None, None] * (predicted.strain_derivatives - reference)
            terms[2] = self._term(2, weights[..., None], strain / sizes[..., None])
            squares[2] = _over_all_but_members((strain / frames["volumes"][:, None, None]) ** 2)
        counts = [tf.reduce_sum(frames["has_energy"]), 3.0 * tf.reduce_sum(atoms), 6.0 * n_stresses]
        return Sums(tf.stack(terms), tf.stack(squares), tf.stack(counts))

    def total(self, sums: Sums, counts: tf.Tensor) -> tf.Tensor:
        """The loss of each member (K,), of sums over any share of a batch with these counts (3,)."""
        return tf.reduce_sum(sums.loss / counts[:, None], axis=0)

    def penalty(self, layers: Sequence[tuple[keras.Variable, keras.Variable]]) -> tf.Tensor:
        """l1 Σ|W| + l2 ΣW² of each member, over weights and not biases; 0.0 where neither is asked for."""
        l1, l2 = self._config.l1, self._config.l2
        weights = [tf.convert_to_tensor(kernel) for kernel, _ in layers]
        total = tf.zeros(weights[0].shape[0], weights[0].dtype)
        for weight in weights:
            if l1 > 0.0:
                total += l1 * tf.reduce_sum(tf.abs(weight), axis=(1, 2))
            if l2 > 0.0:
                total += l2 * tf.reduce_sum(weight**2, axis=(1, 2))
        return total

    def _term(self, term: int, weights: tf.Tensor, errors: tf.Tensor) -> tf.Tensor:
        if self._weights[term] == 0.0:
            return tf.zeros(errors.shape[1], errors.dtype)
        return _over_all_but_members(weights * self._shape(np.sqrt(self._weights[term]) * errors))

    def _shape(self, errors: tf.Tensor) -> tf.Tensor:
        if self._config.function == "mse":
            return errors**2
        size = tf.abs(errors)
        if self._config.function == "mae":
            return size
        delta = self._config.huber_delta
        return tf.where(size <= delta, errors**2, delta * (2.0 * size - delta))


_FRAME = ("energies", "sizes", "volumes", "has_energy", "has_stress", "strain_derivatives", "weights")
"""Labels of frames, not of atoms."""


def _over_all_but_members(values: tf.Tensor) -> tf.Tensor:
    """Sum (n, K, ...) to (K,)."""
    return tf.reduce_sum(values, axis=[axis for axis in range(len(values.shape)) if axis != 1])
