"""One epoch of training, and one evaluation, as compiled TensorFlow functions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnpot.training.batches import batches
from nnpot.training.config import TrainingConfig
from nnpot.training.dataset import DataSet
from nnpot.training.loss import Loss, SquaredErrors, squared_errors
from nnpot.training.model import BatchTensors, DeviceData, energies_and_forces, to_device, to_tensors
from nnpot.training.networks import AtomicNetworks
from nnpot.training.optimizer import create_optimizer
from nnpot.training.tensorflow_setup import tf

Weights = list[NDArray[np.floating]]


@dataclass(frozen=True)
class Errors:
    """Errors over a set of frames."""

    loss: float
    energy_rmse: float
    """meV/atom"""
    force_rmse: float
    """meV/Å"""


class Trainer:
    """Fits networks to a data set.

    Parameters
    ----------
    config
        Weights of the loss, optimizer, precision, batch size, seed.
    networks
        What is fitted; they give energies in units of ``scale``.
    train, validation
        Frames to fit to, and frames that only measure; the latter may be None.
    scale
        eV; the root mean square of the force components times 1 Å makes the loss of order one.
    """

    def __init__(
        self,
        config: TrainingConfig,
        networks: AtomicNetworks,
        train: DataSet,
        validation: DataSet | None,
        scale: float,
    ) -> None:
        self._config = config.training
        self._networks = networks
        self._train, self._validation = train, validation
        self._scale = scale
        self._loss = Loss(config.loss.energy_weight, config.loss.force_weight)
        self._device = to_device(train, self._config.precision)
        self._device_validation = (
            to_device(validation, self._config.precision) if validation is not None else None
        )
        self._optimizer = create_optimizer(
            config.optimizer, self._config.epochs * -(-len(train) // self._config.batch_size)
        )
        self._optimizer.build(networks.variables)
        self._step = tf.function(self._step_eagerly, jit_compile=True, autograph=False)
        self._measure = tf.function(self._errors, jit_compile=True, autograph=False)

    @property
    def learning_rate(self) -> float:
        """The rate of the next step."""
        return float(self._optimizer.learning_rate.numpy())

    def weights(self) -> Weights:
        """Copies of the networks' weights."""
        return self._networks.weights()

    def optimizer_state(self) -> Weights:
        """Copies of the optimizer's variables."""
        return [np.array(variable.numpy()) for variable in self._optimizer.variables]

    def restore(self, weights: Weights, optimizer_state: Weights) -> None:
        """Go back to a state that `weights` and `optimizer_state` gave."""
        self._networks.set_weights(weights)
        for variable, values in zip(self._optimizer.variables, optimizer_state, strict=True):
            variable.assign(values)

    def run_epoch(self, epoch: int) -> Errors:
        """One pass over the training frames in an order that depends on (seed, epoch) alone.

        Returns the mean errors during the pass, that is, of weights that were still changing.
        """
        order = np.random.default_rng([self._config.seed, epoch]).permutation(len(self._train))
        return self._total([self._step(self._device, batch) for batch in self._batches(self._train, order)])

    def validate(self) -> Errors | None:
        """The errors on the validation frames, where there are any."""
        data, device = self._validation, self._device_validation
        if data is None or device is None:
            return None
        return self._total(
            [self._measure(device, batch) for batch in self._batches(data, np.arange(len(data)))]
        )

    def _batches(self, data: DataSet, order: NDArray[np.int64]) -> map[BatchTensors]:
        config = self._config
        return map(to_tensors, batches(data, order, config.batch_size, config.precision))

    def _errors(self, data: DeviceData, batch: BatchTensors) -> SquaredErrors:
        energies, forces = energies_and_forces(self._networks, data, batch)
        return squared_errors(energies, forces, tf.gather(data.forces, batch.atoms), batch, self._scale)

    def _step_eagerly(self, data: DeviceData, batch: BatchTensors) -> SquaredErrors:
        variables = self._networks.variables
        with tf.GradientTape() as tape:
            errors = self._errors(data, batch)
            loss = self._loss(errors)
        gradients = tape.gradient(loss, [variable.value for variable in variables])
        self._optimizer.apply_gradients(zip(gradients, variables, strict=True))
        return errors

    def _total(self, parts: list[SquaredErrors]) -> Errors:
        sums = np.array([[float(value) for value in part] for part in parts]).sum(axis=0)
        energy, force, n_frames, n_atoms = sums
        return Errors(
            float(self._loss(SquaredErrors(*sums))) * self._scale**2,
            1e3 * self._scale * float(np.sqrt(energy / n_frames)),
            1e3 * self._scale * float(np.sqrt(force / (3.0 * n_atoms))),
        )


def output_scale(data: DataSet) -> float:
    """The root mean square of the force components times 1 Å, in eV; 1 where all forces vanish."""
    rms = float(np.sqrt(np.mean(data.forces[:-1] ** 2)))
    return rms if rms > 0.0 else 1.0
