"""What all trainers share: epochs in a fixed order, evaluation, and the sums they report."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from ase import units
from numpy.typing import NDArray

from nnpot.training.batches import Batch, batches
from nnpot.training.compiled_loop import CompiledLoop
from nnpot.training.config import TrainingConfig
from nnpot.training.dataset import DataSet
from nnpot.training.loss import Loss, Sums
from nnpot.training.model import BatchTensors, DeviceData, predict, to_device, to_tensors
from nnpot.training.networks import AtomicNetworks
from nnpot.training.tensorflow_setup import tf

Weights = list[NDArray[np.floating]]
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Errors:
    """Errors over a set of frames, one number for each of K members; NaN where there are no such labels."""

    loss: Array
    energy_rmse: Array
    """meV/atom"""
    force_rmse: Array
    """meV/Å"""
    stress_rmse: Array
    """GPa"""


@dataclass(frozen=True)
class Task:
    """What a trainer is to do."""

    config: TrainingConfig
    """Weights of the loss, optimizer, precision, batch size, seed."""
    networks: AtomicNetworks
    """What is fitted; they give energies in units of ``scale``."""
    train: DataSet
    """Frames to fit to."""
    validation: DataSet | None
    """Frames that only measure."""
    scale: float
    """eV; the root mean square of the force components times 1 Å makes the loss of order one."""

    @property
    def n_steps(self) -> int:
        """Batches in all epochs."""
        settings = self.config.training
        return settings.epochs * -(-len(self.train) // settings.batch_size)


class Trainer(ABC):
    """Fits networks to a data set, as its task says."""

    def __init__(self, task: Task) -> None:
        self._config = config = task.config
        self._networks = task.networks
        self._train, self._validation = task.train, task.validation
        self._scale = task.scale
        self._loss = Loss(config.loss, task.scale)
        self._device = self._place(task.train)
        self._device_validation = self._place(task.validation) if task.validation is not None else None
        self._measure = self._loop_over(
            task.validation or task.train, lambda data, batch, _: self._sums(data, batch)
        )

    @property
    @abstractmethod
    def learning_rate(self) -> float:
        """The rate of the next step, or what stands for it in the log."""

    @abstractmethod
    def optimizer_state(self) -> Weights:
        """Copies of the optimizer's variables."""

    @abstractmethod
    def restore(self, weights: Weights, optimizer_state: Weights) -> None:
        """Go back to a state that `weights` and `optimizer_state` gave."""

    @abstractmethod
    def _step(self, batch: BatchTensors, seed: tf.Tensor) -> Sums:
        """One change of the weights; ``seed`` (2,) decides whatever is random in it."""

    def adapt(self, losses: Sequence[float]) -> None:  # noqa: B027 - most have nothing to adapt
        """Hear the losses that judged all epochs so far, before the next one."""

    def any(self, flag: bool) -> bool:
        """Whether the flag is set here, or in another process that trains with this one."""
        return flag

    @property
    def n_frames(self) -> int:
        """Training frames of an epoch."""
        return len(self._train)

    def weights(self) -> Weights:
        """Copies of the networks' weights."""
        return self._networks.weights()

    @property
    def charged_elements(self) -> list[str]:
        """Those whose charges are part of the model; none without charges."""
        return self._networks.elements if self._networks.charges is not None else []

    def charges(self) -> Array:
        """(K, E) in e, of the `charged_elements`."""
        charges = self._networks.charges
        return np.zeros((self._networks.n_members, 0)) if charges is None else charges.in_e()

    def run_epoch(self, epoch: int) -> Errors:
        """One pass over the training frames in an order that depends on (seed, epoch) alone.

        Returns the mean errors during the pass, that is, of weights that were still changing.
        """
        origin = [self._config.training.seed, epoch]
        order = np.random.default_rng(origin).permutation(len(self._train))
        first = int(np.random.SeedSequence(origin).generate_state(1)[0] >> 1)
        seeds = [(first, 10_000 * number) for number in range(-(-len(order) // self._batch_size))]
        return self._mean(self._steps(self._batches(self._train, order), seeds))

    def validate(self) -> Errors | None:
        """The errors on the validation frames, where there are any."""
        data, device = self._validation, self._device_validation
        if data is None or device is None:
            return None
        return self._mean(self._measures(device, self._batches(data, np.arange(len(data)))))

    def _place(self, data: DataSet) -> DeviceData:
        """Copy a data set to where it is worked on."""
        return to_device(data, self._config.training.precision)

    def _steps(self, chosen: Iterable[Batch], seeds: Iterable[tuple[int, int]]) -> Iterable[Sums]:
        """A step for each batch, in their order."""
        for batch, seed in zip(chosen, seeds, strict=True):
            yield self._step(to_tensors(batch), tf.constant(seed, tf.int32))

    def _measures(self, device: DeviceData, chosen: Iterable[Batch]) -> Iterable[Sums]:
        """The sums of each batch, without changes."""
        return self._measure(device, chosen)

    def _loop_over(
        self, data: DataSet, step: Callable[[DeviceData, BatchTensors, tf.Tensor], Sums]
    ) -> CompiledLoop:
        n_batches = -(-len(data) // self._batch_size)
        return CompiledLoop(step, self._networks.n_members, n_batches, compiled=data.live is None)

    @property
    def _batch_size(self) -> int:
        return self._config.training.batch_size

    def _batches(self, data: DataSet, order: NDArray[np.int64]) -> Iterable[Batch]:
        return batches(data, order, self._batch_size, self._config.training.precision)

    def _sums(self, data: DeviceData, batch: BatchTensors, seed: tf.Tensor | None = None) -> Sums:
        predicted = predict(self._networks, data, batch, self._loss.with_stress, seed)
        return self._loss.sums(predicted, data, batch)

    def _mean(self, parts: Iterable[Sums]) -> Errors:
        rows = [Sums(*(np.asarray(value, np.float64) for value in part)) for part in parts]
        sums = Sums(*(np.sum(values, axis=0) for values in zip(*rows, strict=True)))
        counts = np.maximum(sums.counts, 1.0)
        with np.errstate(invalid="ignore"):
            squares = sums.squares / np.where(sums.counts > 0, sums.counts, np.nan)[:, None]
        energy, force, stress = self._scale * np.sqrt(squares)
        if not self._loss.with_stress:
            stress = np.full_like(stress, np.nan)
        loss = np.asarray(sums.loss / counts[:, None]).sum(axis=0) * self._scale**2
        return Errors(loss, 1e3 * energy, 1e3 * force, stress / units.GPa)


def output_scale(data: DataSet) -> float:
    """The root mean square of the force components times 1 Å, in eV.

    Without forces that of the energies per atom, and 1 where these vanish too.
    """
    labels = data.labels
    known = labels.has_forces > 0
    values = labels.forces[known] if known.any() else (labels.energies / labels.sizes)[:-1]
    rms = float(np.sqrt(np.mean(values**2)))
    return rms if rms > 0.0 else 1.0
