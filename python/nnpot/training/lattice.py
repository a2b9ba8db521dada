"""Networks for the lattice model: from descriptors of a cell to its energy per particle and the gradient."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from nnpot.errors import FileFormatError, InvalidInputError
from nnpot.lattice.database import Database
from nnpot.lattice.eigenvalues import Eigenvalues
from nnpot.lattice.functions import LatticeFunctions
from nnpot.lattice.model import LatticeModel
from nnpot.support.digested import read_arrays, write_arrays
from nnpot.support.limited_types import BatchSize, Epochs, Nodes
from nnpot.support.limits import MOST_LAYERS
from nnpot.support.yaml_file import NotNegative, Positive, StrictModel
from nnpot.training.config import OptimizerConfig, RunConfig
from nnpot.training.optimizers.gradient import GradientOptimizer
from nnpot.training.session.epochs import EpochTrainer, Errors, Stop, Weights, new_state, run_epochs
from nnpot.training.tensorflow_setup import keras, set_up, tf

Array = NDArray[np.float64]
Descriptor = Eigenvalues | LatticeFunctions
PREDICTED_AT_ONCE = 4096
RIDGE = 1e-9
"""The ridge of the linear part, relative to inputs of deviation 1."""


class LatticeNetworkSettings(StrictModel):
    """A network and its training; the defaults are the document's linear network."""

    hidden: Annotated[tuple[Nodes, ...], Field(max_length=MOST_LAYERS)] = ()
    """Nodes of the hidden layers; without any the network is linear."""
    activation: Literal["softplus", "tanh", "swish"] = "softplus"
    scale: bool = False
    """Whether inputs and energies are shifted to mean 0 and scaled to deviation 1; the document did not."""
    linear_part: bool = False
    """Whether the best linear function of the inputs comes first, and the network learns what it misses."""
    loss: Literal["absolute", "squared"] = "absolute"
    learning_rate: Positive = 1e-5
    final_learning_rate: Positive | None = None
    """Reached exponentially at the end; None: constant."""
    epochs: Epochs = 100
    batch: BatchSize = 32
    gradient_weight: NotNegative = 0.0
    """The weight of the errors of gradients beside those of energies."""
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0


@dataclass(frozen=True)
class LatticeSamples:
    """Inputs and answers of n configurations."""

    inputs: Array
    """Shape (n, centers, features): one center for a whole cell, or the particles."""
    energies: Array
    """Per particle, shape (n,)."""
    jacobian: Array | None = None
    """d(inputs)/d(coordinates), shape (n, centers, features, coordinates)."""
    gradients: Array | None = None
    """d(energy per particle)/d(coordinates), shape (n, coordinates)."""

    def take(self, chosen: NDArray[Any]) -> LatticeSamples:
        """Some of them."""
        parts = (self.jacobian, self.gradients)
        return LatticeSamples(
            self.inputs[chosen],
            self.energies[chosen],
            *(None if part is None else part[chosen] for part in parts),
        )


@dataclass
class LatticeHistory:
    """Mean absolute errors of energies, epoch by epoch."""

    train: list[float] = field(default_factory=list)
    validation: list[float] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def best(self) -> int:
        """The epoch whose weights were kept, from 1 on."""
        return int(np.argmin(self.validation)) + 1


class LatticeNetwork:
    """The mean over the centers of what one network says of each."""

    def __init__(self, settings: LatticeNetworkSettings, samples: LatticeSamples) -> None:
        self.settings = settings
        features = samples.inputs.shape[-1]
        self._shift, self._factor = np.zeros(features), np.ones(features)
        self._energy_shift, self._energy_factor = 0.0, 1.0
        if settings.scale:
            flat = samples.inputs.reshape(-1, features)
            self._shift, deviation = flat.mean(axis=0), flat.std(axis=0)
            self._factor = 1.0 / np.where(deviation > 1e-12, deviation, 1.0)
            self._energy_shift = float(np.median(samples.energies))
            self._energy_factor = float(np.std(samples.energies)) or 1.0
        self._linear = np.zeros(features)
        if settings.linear_part:
            self._fit_linear_part(samples)
        keras.utils.set_random_seed(settings.seed)
        layers = [keras.layers.Dense(n, activation=settings.activation) for n in settings.hidden]
        self.layers = keras.Sequential([keras.Input((features,)), *layers, keras.layers.Dense(1)])

    def _fit_linear_part(self, samples: LatticeSamples) -> None:
        """Least squares, in double precision; the networks get the residuals, scaled to deviation 1."""
        x = self._scaled(samples.inputs).mean(axis=1)
        mean = x.mean(axis=0)
        centered, target = x - mean, samples.energies - samples.energies.mean()
        matrix = centered.T @ centered / len(x) + RIDGE * np.eye(x.shape[1])
        self._linear = np.linalg.solve(matrix, centered.T @ target / len(x))
        self._energy_shift = float(samples.energies.mean() - mean @ self._linear)
        self._energy_factor = float(np.std(target - centered @ self._linear)) or 1.0

    def _scaled(self, inputs: Array) -> Array:
        return (inputs - self._shift) * self._factor

    def _linear_energies(self, inputs: Array) -> Array:
        return np.asarray(self._scaled(inputs).mean(axis=1) @ self._linear + self._energy_shift)

    def _linear_gradients(self, jacobian: Array) -> Array:
        return np.asarray(np.einsum("ncfd,f->nd", jacobian, self._factor * self._linear) / jacobian.shape[1])

    @property
    def n_parameters(self) -> int:
        """Weights and biases, those of the linear part included."""
        return int(self.layers.count_params()) + int(np.count_nonzero(self._linear))

    def save(self, path: Path) -> None:
        """Write the network to a file of numpy's (.npz)."""
        weights = {f"weights_{i}": values for i, values in enumerate(self.layers.get_weights())}
        write_arrays(
            path,
            settings=self.settings.model_dump_json(),
            shift=self._shift,
            factor=self._factor,
            linear=self._linear,
            energy=[self._energy_shift, self._energy_factor],
            **weights,
        )

    @classmethod
    def load(cls, path: Path) -> LatticeNetwork:
        """Read what `save` wrote.

        Raises
        ------
        FileFormatError
            If it is not what was written, to the last byte.
        """
        advice = "train it again"
        found = read_arrays(path, "network", advice)
        try:
            return cls._from_arrays(found)
        except (KeyError, ValueError, TypeError) as error:
            reason = " ".join(str(error).split())
            raise FileFormatError(
                f"{path}: is no network of the lattice model ({reason}); {advice}"
            ) from error

    @classmethod
    def _from_arrays(cls, found: dict[str, NDArray[Any]]) -> LatticeNetwork:
        settings = LatticeNetworkSettings.model_validate_json(str(found["settings"]))
        bare = settings.model_copy(update={"linear_part": False, "scale": False})
        network = cls(bare, LatticeSamples(np.zeros((1, 1, len(found["shift"]))), np.zeros(1)))
        network.settings = settings
        network._shift, network._factor, network._linear = (
            found[name] for name in ("shift", "factor", "linear")
        )
        network._energy_shift, network._energy_factor = map(float, found["energy"])
        count = len(network.layers.get_weights())
        network.layers.set_weights([found[f"weights_{i}"] for i in range(count)])
        return network

    def energies(self, inputs: Array) -> Array:
        """Energy per particle, shape (n,)."""
        return self._in_chunks(inputs, None)[0]

    def gradients(self, inputs: Array, jacobian: Array) -> tuple[Array, Array]:
        """Energies (n,) and their derivatives by the coordinates (n, coordinates)."""
        return self._in_chunks(inputs, jacobian)

    def tensors(self, samples: LatticeSamples) -> dict[str, Any]:
        """Scaled, in single precision."""
        found = {
            "inputs": self._scaled(samples.inputs),
            "energies": (samples.energies - self._linear_energies(samples.inputs)) / self._energy_factor,
        }
        if samples.jacobian is not None and samples.gradients is not None:
            found["jacobian"] = samples.jacobian * self._factor[:, None]
            residual = samples.gradients - self._linear_gradients(samples.jacobian)
            found["gradients"] = residual / self._energy_factor
        return {name: tf.constant(values, tf.float32) for name, values in found.items()}

    def scaled_energies(self, inputs: Any) -> Any:
        """Energies of tensors, for training."""
        shape = tf.shape(inputs)
        flat = self.layers(tf.reshape(inputs, (-1, inputs.shape[-1])))
        return tf.reduce_mean(tf.reshape(flat, (shape[0], shape[1])), axis=1)

    def scaled_gradients(self, inputs: Any, jacobian: Any) -> tuple[Any, Any]:
        """Energies and gradients of tensors, for training."""
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            energies = self.scaled_energies(inputs)
        return energies, tf.einsum("ncf,ncfd->nd", tape.gradient(energies, inputs), jacobian)

    @property
    def energy_factor(self) -> float:
        """From scaled energies to energies."""
        return self._energy_factor

    def _in_chunks(self, inputs: Array, jacobian: Array | None) -> tuple[Array, Array]:
        energies, gradients = [], []
        for first in range(0, len(inputs), PREDICTED_AT_ONCE):
            chosen = slice(first, first + PREDICTED_AT_ONCE)
            x = tf.constant(self._scaled(inputs[chosen]), tf.float32)
            if jacobian is None:
                energies.append(self.scaled_energies(x).numpy())
                continue
            j = tf.constant(jacobian[chosen] * self._factor[:, None], tf.float32)
            both = self.scaled_gradients(x, j)
            energies.append(both[0].numpy())
            gradients.append(both[1].numpy() * self._energy_factor)
        scaled = np.concatenate(energies).astype(float)
        found = scaled * self._energy_factor + self._linear_energies(inputs)
        if jacobian is None:
            return found, np.empty((0, 0))
        return found, np.concatenate(gradients).astype(float) + self._linear_gradients(jacobian)


class _LatticeTrainer(EpochTrainer):
    """Fits a network with Adam to the samples of a database; judged by mean absolute errors of energies."""

    optimizer: GradientOptimizer

    def divergence(self, losses: str, epoch: int) -> str:
        return f"the loss is {losses} in epoch {epoch}; lower learning_rate or check the energies"

    def __init__(
        self,
        settings: LatticeNetworkSettings,
        network: LatticeNetwork,
        train: LatticeSamples,
        validation: LatticeSamples,
    ) -> None:
        self._settings, self._network, self._validation = settings, network, validation
        self._data = network.tensors(train)
        self.n_frames = len(train.energies)
        self._n_batches = max(self.n_frames // settings.batch, 1)
        self._weights = network.layers.trainable_variables
        final = settings.final_learning_rate or settings.learning_rate
        rates = {"initial_rate": settings.learning_rate, "final_rate": final}
        constant = settings.final_learning_rate is None
        section = OptimizerConfig(schedule="constant" if constant else "exponential")
        self.optimizer = GradientOptimizer(
            section.model_copy(update=rates), settings.epochs * self._n_batches, self._weights
        )
        self._random = np.random.default_rng(settings.seed)
        self._size: Callable[[Any], Any] = tf.abs if settings.loss == "absolute" else tf.square
        self._epoch = tf.function(self._all_steps)

    def weights(self) -> Weights:
        return [values[None] for values in self._network.layers.get_weights()]

    def set_weights(self, weights: Weights) -> None:
        self._network.layers.set_weights([values[0] for values in weights])

    def run_epoch(self, epoch: int) -> Errors:
        order = tf.constant(self._random.permutation(self.n_frames))
        return _errors(float(self._epoch(order)) * self._network.energy_factor)

    def validate(self) -> Errors:
        errors = self._network.energies(self._validation.inputs) - self._validation.energies
        return _errors(float(np.abs(errors).mean()))

    def _all_steps(self, order: Any) -> Any:
        """All batches in a given order; gives the mean absolute error of the energies."""
        total, batch = 0.0, self._settings.batch
        for number in tf.range(self._n_batches):
            total += self._step(order[number * batch : (number + 1) * batch])
        return total / tf.cast(self._n_batches, tf.float32)

    def _step(self, chosen: Any) -> Any:
        batch = {name: tf.gather(values, chosen) for name, values in self._data.items()}
        with tf.GradientTape() as tape:
            if self._settings.gradient_weight > 0.0:
                energies, gradients = self._network.scaled_gradients(batch["inputs"], batch["jacobian"])
                size = tf.reduce_mean(self._size(gradients - batch["gradients"]))
                loss = self._settings.gradient_weight * size
            else:
                energies, loss = self._network.scaled_energies(batch["inputs"]), 0.0
            errors = energies - batch["energies"]
            loss += tf.reduce_mean(self._size(errors))
        self.optimizer.apply(tape.gradient(loss, self._weights))
        return tf.reduce_mean(tf.abs(errors))


def _errors(absolute: float) -> Errors:
    """A mean absolute error as the loss of one member; others are not known."""
    unknown = np.full(1, np.nan)
    return Errors(np.full(1, absolute), unknown, unknown, unknown)


def train_lattice_network(
    settings: LatticeNetworkSettings,
    train: LatticeSamples,
    validation: LatticeSamples,
    name: str = "network",
    threads: int | None = None,
) -> tuple[LatticeNetwork, LatticeHistory]:
    """Train with Adam; the weights of the epoch with the smallest validation error are kept.

    Raises
    ------
    InvalidInputError
        If gradients are to be learnt and the samples have none.
    """
    set_up(threads)
    if settings.gradient_weight > 0.0 and (train.jacobian is None or train.gradients is None):
        raise InvalidInputError("gradient_weight: the samples have no gradients to learn from")
    network = LatticeNetwork(settings, train)
    trainer = _LatticeTrainer(settings, network, train, validation)
    state = new_state(trainer)
    run = RunConfig(epochs=settings.epochs)
    stop = run_epochs(trainer, state, run, lambda row: None, lambda state: None, f"training {name}")
    if stop is Stop.INTERRUPTED:
        raise KeyboardInterrupt
    trainer.set_weights(state.best_weights)
    columns = state.columns()
    train_losses, losses = columns["train_loss"].tolist(), columns["validation_loss"].tolist()
    return network, LatticeHistory(train_losses, losses, state.seconds)


@dataclass(frozen=True)
class Split:
    """Configurations to learn from, and those held out."""

    train: NDArray[np.int64]
    validation: NDArray[np.int64]

    @classmethod
    def random(cls, n: int, share: float, seed: int) -> Split:
        """Hold a share of n configurations out."""
        order = np.random.default_rng(seed).permutation(n)
        held_out = max(round(share * n), 1)
        return cls(np.sort(order[held_out:]), np.sort(order[:held_out]))


def lattice_samples(
    descriptor: Descriptor, database: Database, model: LatticeModel, derivatives: bool = False
) -> LatticeSamples:
    """Inputs and energies of a database, with ``derivatives`` also the gradients."""
    inputs, jacobian = descriptor.inputs(database.positions, database.widths, derivatives)
    if not derivatives:
        energies = database.energies
        if energies is None:
            energies = model.energies(database.positions, database.widths, database.depths)
        return LatticeSamples(inputs, energies)
    energies, gradients, _ = model.gradients(database.positions, database.widths, database.depths)
    return LatticeSamples(inputs, energies, jacobian, gradients.reshape(len(gradients), -1))


def predict(
    network: LatticeNetwork, descriptor: Descriptor, positions: Array, widths: Array
) -> tuple[Array, Array]:
    """Energies per particle (n,) and their derivatives by the positions (n, particles, dimensions)."""
    inputs, jacobian = descriptor.inputs(positions, widths, derivatives=True)
    assert jacobian is not None
    energies, gradients = network.gradients(inputs, jacobian)
    return energies, gradients.reshape(positions.shape)
