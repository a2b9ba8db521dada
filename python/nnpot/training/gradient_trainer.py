"""Training with one of Keras's optimizers, a compiled step at a time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nnpot.training.config import TrainingConfig
from nnpot.training.dataset import DataSet
from nnpot.training.loss import Sums
from nnpot.training.model import BatchTensors, DeviceData
from nnpot.training.networks import AtomicNetworks
from nnpot.training.optimizer import clip, create_optimizer, plateau_rate
from nnpot.training.tensorflow_setup import tf
from nnpot.training.trainer import Trainer, Weights


class GradientTrainer(Trainer):
    """Trains with one of Keras's optimizers; parameters as of `Trainer`."""

    def __init__(
        self,
        config: TrainingConfig,
        networks: AtomicNetworks,
        train: DataSet,
        validation: DataSet | None,
        scale: float,
    ) -> None:
        super().__init__(config, networks, train, validation, scale)
        n_steps = config.training.epochs * -(-len(train) // config.training.batch_size)
        self._optimizer = create_optimizer(config.optimizer, n_steps)
        self._optimizer.build(networks.variables)
        self._compiled = tf.function(self._step_eagerly, jit_compile=True, autograph=False)

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
        sums: Sums = self._compiled(self._device, batch, seed)
        return sums

    def _step_eagerly(self, data: DeviceData, batch: BatchTensors, seed: tf.Tensor) -> Sums:
        variables = self._networks.variables
        with tf.GradientTape() as tape:
            sums = self._sums(data, batch, seed)
            loss = tf.reduce_sum(self._loss.total(sums, batch.counts) + self._loss.penalty(variables))
        sources = [variable.value for variable in variables]
        gradients = tape.gradient(loss, sources, unconnected_gradients=tf.UnconnectedGradients.ZERO)
        if self._config.optimizer.clip_norm is not None:
            gradients = clip(gradients, self._config.optimizer.clip_norm)
        self._optimizer.apply_gradients(zip(gradients, variables, strict=True))
        return sums
