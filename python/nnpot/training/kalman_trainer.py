"""Training with the multi-stream extended Kalman filter."""

from __future__ import annotations

import numpy as np

from nnpot.errors import InvalidInputError
from nnpot.training.kalman_blocks import WeightBlocks
from nnpot.training.kalman_filter import KalmanFilter
from nnpot.training.kalman_observations import View, find_seen
from nnpot.training.kalman_terms import Terms, sums, weighted
from nnpot.training.loss import Sums
from nnpot.training.memory import require_memory
from nnpot.training.model import BatchTensors, DeviceData
from nnpot.training.tensorflow_setup import tf
from nnpot.training.trainer import Errors, Task, Trainer, Weights

COPIES = 3
"""Of the covariances at once: before and after an update, and in a checkpoint."""
LAST_NOISE = 1e-3
"""The process noise at the end of the run, relative to its start."""


class KalmanTrainer(Trainer):
    """Trains with the extended Kalman filter; parameters as of `Trainer`.

    Every update sees the energies (and stresses) of a batch and the forces on some of its atoms, weighted
    as in the loss.
    """

    def __init__(self, task: Task) -> None:
        super().__init__(task)
        settings, networks = task.config.optimizer.kalman, task.networks
        self._blocks = WeightBlocks(networks, settings.blocks)
        entries = sum(n_blocks * size**2 for n_blocks, size in self._blocks.shapes) * networks.n_members
        require_memory(
            COPIES * (8 if settings.precision == "float64" else 4) * entries,
            f"optimizer.kalman: {entries} covariances of weights",
            "take optimizer.kalman.blocks: node, or smaller layers",
        )
        self._filter = KalmanFilter(
            self._blocks.shapes,
            networks.n_members,
            settings.initial_covariance,
            settings.forgetting,
            settings.forgetting_rate,
            settings.process_noise,
            LAST_NOISE ** (1.0 / task.n_steps),
            settings.precision,
        )
        self._seen = find_seen(task.train)
        self._terms = Terms(task.config.loss, task.scale, -(-settings.forces_per_update // 3))
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

    def run_epoch(self, epoch: int) -> Errors:
        errors = super().run_epoch(epoch)
        if not np.isfinite(errors.loss).all():
            precision = "" if self._filter.precision == "float64" else "set its precision to float64, "
            raise InvalidInputError(
                f"training: the Kalman filter diverged in epoch {epoch}; lower "
                f"optimizer.kalman.initial_covariance, {precision}or check the data for extreme energies and "
                f"forces"
            )
        return errors

    def _step(self, batch: BatchTensors, seed: tf.Tensor) -> Sums:
        result: Sums = self._compiled(self._device, batch, seed)
        return result

    def _update(self, data: DeviceData, batch: BatchTensors, seed: tf.Tensor) -> Sums:
        layers = {element: self._networks.parameters(element) for element in self._networks.elements}
        terms = self._terms(View(layers, data, self._seen, self._networks.charges), batch, seed)
        residuals, derivatives = weighted(terms)
        self._blocks.add(self._filter.update(self._blocks.cut(derivatives), residuals))
        return sums(terms)
