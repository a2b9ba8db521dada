"""Training of potentials: epochs in a fixed order, evaluation, the sums they report, and gradient descent."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, islice, repeat

import numpy as np
from ase import units
from numpy.typing import NDArray

from nnpot.training.config import TrainingConfig
from nnpot.training.data.dataset import DataSet
from nnpot.training.loss import Loss, Sums
from nnpot.training.networks.atomic import AtomicNetworks
from nnpot.training.networks.predict import Batch, DeviceData, batches, predict, to_device, to_tensors
from nnpot.training.optimizers.gradient import GradientOptimizer
from nnpot.training.session.epochs import EpochTrainer, Errors, Weights
from nnpot.training.tensorflow_setup import tf

Array = NDArray[np.float64]
Seed = tuple[int, int]

MOST_STEPS = 64
"""In one call; index arrays of as many batches are in memory together."""


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


class Trainer(EpochTrainer):
    """Fits networks to a data set, as its task says."""

    def __init__(self, task: Task) -> None:
        self._config = config = task.config
        self._networks = task.networks
        self._train, self._validation = task.train, task.validation
        self._scale = task.scale
        self.n_frames, self.n_members = len(task.train), task.networks.n_members
        self.charged_elements = task.networks.charges.elements
        self._loss = Loss(config.loss, task.scale)
        self._device = self._place(task.train)
        self._device_validation = self._place(task.validation) if task.validation is not None else None
        self._measure = self._loop_over(
            task.validation or task.train, lambda data, batch, _: self._sums(data, batch)
        )

    @abstractmethod
    def _step(self, batch: Batch, seed: tf.Tensor) -> Sums:
        """One change of the weights; ``seed`` (2,) decides whatever is random in it."""

    def weights(self) -> Weights:
        return self._networks.weights()

    def set_weights(self, weights: Weights) -> None:
        self._networks.set_weights(weights)

    def charges(self) -> Array:
        return self._networks.charges.in_e()

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
            yield self._step(self._tensors(batch), tf.constant(seed, tf.int32))

    def _tensors(self, batch: Batch) -> Batch:
        return to_tensors(batch)

    def _measures(self, device: DeviceData, chosen: Iterable[Batch]) -> Iterable[Sums]:
        """The sums of each batch, without changes."""
        return self._measure(device, chosen)

    def _loop_over(self, data: DataSet, step: Callable[[DeviceData, Batch, tf.Tensor], Sums]) -> CompiledLoop:
        n_batches = -(-len(data) // self._batch_size)
        return CompiledLoop(step, self._networks.n_members, n_batches, compiled=data.live is None)

    @property
    def _batch_size(self) -> int:
        return self._config.training.batch_size

    def _batches(
        self, data: DataSet, order: NDArray[np.int64], share: tuple[int, int] = (0, 1)
    ) -> Iterable[Batch]:
        return batches(data, order, self._batch_size, self._config.training.precision, share)

    def _sums(self, data: DeviceData, batch: Batch, seed: tf.Tensor | None = None) -> Sums:
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


class GradientTrainer(Trainer):
    """Trains with one of Keras's optimizers, many compiled steps at a time; parameters as of `Trainer`."""

    optimizer: GradientOptimizer

    def __init__(self, task: Task) -> None:
        super().__init__(task)
        self.optimizer = GradientOptimizer(task.config.optimizer, task.n_steps, task.networks.variables)
        self._loop = self._loop_over(task.train, self._step_eagerly)

    def _step(self, batch: Batch, seed: tf.Tensor) -> Sums:
        return self._step_eagerly(self._device, batch, seed)

    def _steps(self, chosen: Iterable[Batch], seeds: Iterable[Seed]) -> Iterable[Sums]:
        return self._loop(self._device, chosen, seeds)

    def _step_eagerly(self, data: DeviceData, batch: Batch, seed: tf.Tensor) -> Sums:
        sums, gradients = self._gradients(data, batch, seed)
        self.optimizer.apply(self.optimizer.clipped(gradients))
        return sums

    def _gradients(
        self, data: DeviceData, batch: Batch, seed: tf.Tensor, share: float = 1.0
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


class CompiledLoop:
    """Does a step for each of several batches, as many as possible in one call.

    A call costs milliseconds whatever it does, as much as the step itself for a batch of eight small frames.
    A step may change variables; its sums are of ``n_members``. Where derivatives are computed on the fly, XLA
    cannot compile it, and every step is a call.
    """

    def __init__(
        self,
        step: Callable[[DeviceData, Batch, tf.Tensor], Sums],
        n_members: int,
        n_batches: int,
        compiled: bool,
    ) -> None:
        self._step = step
        self._n_members = n_members
        self._length = min(MOST_STEPS, n_batches)
        self._single = tf.function(step, autograph=False)
        self._many = tf.function(self._loop, jit_compile=True, autograph=False) if compiled else None

    def __call__(
        self, data: DeviceData, batches: Iterable[Batch], seeds: Iterable[Seed] = repeat((0, 0))
    ) -> Iterator[Sums]:
        """The sums of each batch in turn."""
        pairs = zip(batches, seeds, strict=False)
        if self._many is None:
            for batch, seed in pairs:
                yield self._single(data, to_tensors(batch), tf.constant(seed, tf.int32))
            return
        for _, alike in groupby(pairs, key=lambda pair: _shape(pair[0])):
            while chunk := list(islice(alike, self._length)):
                yield from self._run(data, [batch for batch, _ in chunk], [seed for _, seed in chunk])

    def _run(self, data: DeviceData, chunk: list[Batch], seeds: list[Seed]) -> Iterator[Sums]:
        """Runs a chunk, filled up with batches that are not looked at: there is one shape to compile."""
        assert self._many is not None
        n_steps, missing = len(chunk), self._length - len(chunk)
        filled = chunk + chunk[-1:] * missing
        stacked = tf.nest.map_structure(lambda *arrays: tf.constant(np.stack(arrays)), *filled)
        numbers = tf.constant(seeds + seeds[-1:] * missing, tf.int32)
        sums = self._many(data, stacked, numbers, tf.constant(n_steps))
        columns = [np.asarray(values)[:n_steps] for values in sums]
        yield from (Sums(*rows) for rows in zip(*columns, strict=True))

    def _loop(self, data: DeviceData, stacked: Batch, seeds: tf.Tensor, n_steps: tf.Tensor) -> Sums:
        def body(number: tf.Tensor, results: Sums) -> tuple[tf.Tensor, Sums]:
            batch, seed = tf.nest.map_structure(lambda values: values[number], (stacked, seeds))
            sums = self._step(data, batch, seed)
            places = [[number]]
            updated = [
                tf.tensor_scatter_nd_update(all_steps, places, [values])
                for all_steps, values in zip(results, sums, strict=True)
            ]
            return number + 1, Sums(*updated)

        per_member = tf.zeros((self._length, 3, self._n_members), stacked.counts.dtype)
        empty = Sums(per_member, per_member, tf.zeros((self._length, 3), stacked.counts.dtype))
        end: tuple[tf.Tensor, Sums] = tf.while_loop(
            lambda number, _: number < n_steps, body, (tf.constant(0), empty)
        )
        return end[1]


def _shape(batch: Batch) -> tuple[int, ...]:
    return (len(batch.atoms), *(len(rows) for rows in batch.rows.values()))


def output_scale(data: DataSet) -> float:
    """The root mean square of the force components times 1 Å, in eV.

    Without forces that of the energies per atom, and 1 where these vanish too.
    """
    labels = data.labels
    known = labels.has_forces > 0
    values = labels.forces[known] if known.any() else (labels.energies / labels.sizes)[:-1]
    rms = float(np.sqrt(np.mean(values**2)))
    return rms if rms > 0.0 else 1.0
