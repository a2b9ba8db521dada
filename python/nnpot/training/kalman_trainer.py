"""Training with the multi-stream extended Kalman filter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from nnpot.training.config import TrainingConfig
from nnpot.training.dataset import DataSet
from nnpot.training.kalman_filter import KalmanFilter
from nnpot.training.kalman_observations import (
    Observed,
    choose_atoms,
    find_seen,
    join,
    observe_energies,
    observe_forces,
    observe_strains,
)
from nnpot.training.kalman_rows import Layer
from nnpot.training.loss import Sums
from nnpot.training.model import BatchTensors, DeviceData
from nnpot.training.networks import AtomicNetworks
from nnpot.training.tensorflow_setup import tf
from nnpot.training.trainer import Trainer, Weights

LAST_NOISE = 1e-3
"""The process noise at the end of the run, relative to its start."""


class KalmanTrainer(Trainer):
    """Trains with the extended Kalman filter; parameters as of `Trainer`.

    Every update sees the energies (and stresses) of a batch and the forces on some of its atoms. Their
    errors are weighted such that the sum of their squares is the number of force components times the loss.
    """

    def __init__(
        self,
        config: TrainingConfig,
        networks: AtomicNetworks,
        train: DataSet,
        validation: DataSet | None,
        scale: float,
    ) -> None:
        super().__init__(config, networks, train, validation, scale)
        settings, run = config.optimizer.kalman, config.training
        n_updates = run.epochs * -(-len(train) // run.batch_size)
        self._blocks = Blocks(networks, settings.blocks)
        self._filter = KalmanFilter(
            self._blocks.shapes,
            networks.n_members,
            settings.initial_covariance,
            settings.forgetting,
            settings.forgetting_rate,
            settings.process_noise,
            LAST_NOISE ** (1.0 / n_updates),
            run.precision,
        )
        self._seen = find_seen(train)
        self._n_atoms = -(-settings.forces_per_update // 3)
        self._compiled = tf.function(self._update, autograph=False)

    @property
    def learning_rate(self) -> float:
        """The forgetting factor."""
        return self._filter.forgetting

    def optimizer_state(self) -> Weights:
        return self._filter.state()

    def restore(self, weights: Weights, optimizer_state: Weights) -> None:
        self._networks.set_weights(weights)
        self._filter.restore(optimizer_state)

    def _step(self, batch: BatchTensors, seed: tf.Tensor) -> Sums:
        sums: Sums = self._compiled(self._device, batch, seed)
        return sums

    def _update(self, data: DeviceData, batch: BatchTensors, seed: tf.Tensor) -> Sums:
        layers = {element: self._networks.parameters(element) for element in self._networks.elements}
        weights = self._config.loss
        frames = {name: tf.gather(values, batch.frames) for name, values in data.labels._asdict().items() if name in FRAME}
        n_energies = tf.maximum(tf.reduce_sum(frames["has_energy"]), 1.0)
        atoms = choose_atoms(data, batch, min(self._n_atoms, batch.atoms.shape[0]), seed)
        known = tf.gather(data.labels.has_forces, atoms)
        n_forces = tf.maximum(3.0 * tf.reduce_sum(known), 1.0)
        energies = observe_energies(layers, data, self._seen, batch.frames)
        forces = observe_forces(layers, data, self._seen, atoms)
        energy_error = frames["has_energy"] * (frames["energies"] / self._scale - energies.predicted) / frames["sizes"]
        reference = tf.reshape(tf.gather(data.labels.forces, atoms), [-1]) / self._scale
        force_error = tf.repeat(known, 3) * (reference - forces.predicted)
        ew = tf.sqrt(weights.energy_weight * n_forces / n_energies * frames["weights"]) * frames["has_energy"]
        fw = tf.sqrt(weights.force_weight * tf.gather(data.labels.atom_weights, atoms)) * known
        factors = tf.concat([ew / frames["sizes"], tf.repeat(fw, 3)], 0)
        residuals = tf.concat([ew * energy_error, tf.repeat(fw, 3) * force_error], 1)
        observed = join([energies, forces])
        derivatives = self._blocks.cut(observed.derivatives, factors)
        self._blocks.add(self._filter.update(derivatives, residuals))
        zero = tf.zeros_like(energy_error[:, 0])
        loss = tf.stack([tf.reduce_sum((ew * energy_error) ** 2, 1) * n_energies / n_forces, tf.reduce_sum((tf.repeat(fw, 3) * force_error) ** 2, 1), zero])
        squares = tf.stack([tf.reduce_sum(energy_error**2, 1), tf.reduce_sum(force_error**2, 1), zero])
        return Sums(loss, squares, tf.stack([n_energies, n_forces, 0.0 * n_forces]))


FRAME = ("energies", "sizes", "volumes", "has_energy", "has_stress", "strain_derivatives", "weights")


class Blocks:
    """How the weights of all networks are cut into blocks, and put together again.

    ``all``: one block; ``element``: one for each element; ``layer``: one for each layer of each element;
    ``node``: one for each node, of the weights that lead to it and its bias.
    """

    def __init__(self, networks: AtomicNetworks, kind: str) -> None:
        self._variables, self._kind = networks.variables, kind
        self._k = networks.n_members
        self._elements = networks.elements
        n = [(v.shape[1] + 1, v.shape[2]) for v in self._variables[::2]]
        self._sizes = n
        if kind == "all":
            self.shapes = [(1, sum(a * b for a, b in n))]
        elif kind == "layer":
            self.shapes = [(1, a * b) for a, b in n]
        else:
            self.shapes = [(b, a) for a, b in n]

    def cut(self, derivatives: Mapping[str, Sequence[tf.Tensor]], factors: tf.Tensor) -> list[tf.Tensor]:
        layers = [d * factors[None, :, None, None] for e in self._elements for d in derivatives[e]]
        k, m = layers[0].shape[:2]
        if self._kind == "node":
            return [tf.transpose(d, (0, 3, 1, 2)) for d in layers]
        flat = [tf.reshape(d, (k, 1, m, -1)) for d in layers]
        return [tf.concat(flat, -1)] if self._kind == "all" else flat

    def add(self, changes: Sequence[tf.Tensor]) -> None:
        if self._kind == "node":
            parts = [tf.transpose(c, (0, 2, 1)) for c in changes]
        else:
            flat = tf.split(changes[0], [a * b for a, b in self._sizes], axis=-1) if self._kind == "all" else changes
            parts = [tf.reshape(c, (self._k, a, b)) for c, (a, b) in zip(flat, self._sizes, strict=True)]
        for w, b, part in zip(self._variables[::2], self._variables[1::2], parts, strict=True):
            w.assign_add(part[:, :-1])
            b.assign_add(part[:, -1])
