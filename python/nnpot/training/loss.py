"""The loss: weighted mean squares of the errors of energies per atom and of force components."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from nnpot.training.model import BatchTensors
from nnpot.training.tensorflow_setup import tf


class SquaredErrors(NamedTuple):
    """Sums over a batch: of (ΔE/atom)² over frames, and of ΔF² over force components."""

    energy: tf.Tensor
    force: tf.Tensor
    n_frames: tf.Tensor
    n_atoms: tf.Tensor


def squared_errors(
    energies: tf.Tensor, forces: tf.Tensor, reference_forces: tf.Tensor, batch: BatchTensors, scale: float
) -> SquaredErrors:
    """Compare a batch with its labels (eV), in units of ``scale`` eV; padding counts nothing."""
    per_atom = batch.present * (energies - batch.energies / scale) / batch.sizes
    difference = forces - reference_forces / scale
    return SquaredErrors(
        tf.reduce_sum(per_atom**2),
        tf.reduce_sum(difference**2),
        tf.reduce_sum(batch.present),
        tf.reduce_sum(batch.present * batch.sizes),
    )


@dataclass(frozen=True)
class Loss:
    """energy_weight ⟨(ΔE/atom)²⟩ + force_weight ⟨ΔF²⟩."""

    energy_weight: float
    force_weight: float

    def __call__(self, errors: SquaredErrors) -> tf.Tensor:
        """The loss of a batch, or of sums over several."""
        energy = errors.energy / errors.n_frames
        force = errors.force / (3.0 * errors.n_atoms)
        return self.energy_weight * energy + self.force_weight * force
