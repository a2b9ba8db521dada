"""Training with one of Keras's optimizers, a compiled step at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from nnpot.training.batches import Batch
from nnpot.training.loss import Sums
from nnpot.training.model import BatchTensors, DeviceData
from nnpot.training.optimizer import clipped, create_optimizer, plateau_rate
from nnpot.training.tensorflow_setup import tf
from nnpot.training.trainer import Task, Trainer, Weights


class GradientTrainer(Trainer):
    """Trains with one of Keras's optimizers; parameters as of `Trainer`."""

    def __init__(self, task: Task) -> None:
        super().__init__(task)
        self._optimizer = create_optimizer(task.config.optimizer, task.n_steps)
        self._optimizer.build(task.networks.variables)
        self._loop = self._loop_over(task.train, self._step_eagerly)

    @property
    def learning_rate(self) -> float:
        return float(self._optimizer.learning_rate.numpy())

    def optimizer_state(self) -> Weights:
        return [np.array(variable.numpy()) for variable in self._optimizer.variables]

    def restore(self, weights: Weights, optimizer_state: Weights) -> None:
        self._networks.set_weights(weights)
        for variable, values in zip(self._optimizer.variables, optimizer_state, strict=True):
            variable.assign(values)

    def adapt(self, losses: Sequence[float]) -> None:
        if self._config.optimizer.schedule == "plateau":
            self._optimizer.learning_rate.assign(plateau_rate(self._config.optimizer, losses))

    def _step(self, batch: BatchTensors, seed: tf.Tensor) -> Sums:
        return self._step_eagerly(self._device, batch, seed)

    def _steps(self, chosen: Iterable[Batch], seeds: Iterable[tuple[int, int]]) -> Iterable[Sums]:
        return self._loop(self._device, chosen, seeds)

    def _step_eagerly(self, data: DeviceData, batch: BatchTensors, seed: tf.Tensor) -> Sums:
        sums, gradients = self._gradients(data, batch, seed)
        self._apply(self._clipped(gradients))
        return sums

    def _gradients(
        self, data: DeviceData, batch: BatchTensors, seed: tf.Tensor, share: float = 1.0
    ) -> tuple[Sums, list[tf.Tensor]]:
        """Sums over (a share of) a batch, and the gradients of what they add to the loss."""
        variables = self._networks.variables
        with tf.GradientTape() as tape:
            sums = self._sums(data, batch, seed)
            penalty = self._loss.penalty(self._networks.layer_variables)
            of_members = self._loss.total(sums, batch.counts) + share * penalty
            loss = tf.reduce_sum(of_members)
        sources = [variable.value for variable in variables]
        return sums, tape.gradient(loss, sources, unconnected_gradients=tf.UnconnectedGradients.ZERO)

    def _clipped(self, gradients: list[tf.Tensor]) -> list[tf.Tensor]:
        return clipped(self._config.optimizer, gradients)

    def _apply(self, gradients: list[tf.Tensor]) -> None:
        self._optimizer.apply_gradients(zip(gradients, self._networks.variables, strict=True))
