"""Training of networks that put out forces: every atom is a sample, of the network of its element."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from nnpot import _core
from nnpot.models.direct_forces.model import DirectForces, ElementNetwork
from nnpot.support.memory import require_memory_for_networks
from nnpot.training.config.direct_forces import LETTERS, DirectForceConfig
from nnpot.training.direct_forces.samples import Samples, Scaling, linear_coefficients
from nnpot.training.networks.dense import INITIALIZERS, from_keras, to_keras
from nnpot.training.optimizers.gradient import GradientOptimizer
from nnpot.training.session.epochs import EpochTrainer, Errors, Weights
from nnpot.training.tensorflow_setup import keras, tf

Array = NDArray[np.float64]

SMALLEST_FORCE = 0.1
"""eV/Å. Where large contributions cancel, the digits that are left are no force."""


@dataclass(frozen=True)
class ForceTensors:
    """The atoms of an element, and one row of zeros behind them that fills up batches."""

    inputs: tf.Tensor
    """(n + 1, F)"""
    vectors: tf.Tensor
    """(n + 1, V, 3)"""
    forces: tf.Tensor
    """(n + 1, 3), in units of the scale."""
    weights: tf.Tensor
    """(n + 1,): 1, and 0 for the last."""

    @classmethod
    def of(cls, samples: Samples, scaling: Scaling, scale: float, precision: str) -> ForceTensors:
        """Scaled and combined."""
        padded = [
            tf.constant(np.pad(values, [(0, 1), *[(0, 0)] * (values.ndim - 1)]), precision)
            for values in (scaling.inputs(samples), scaling.vectors(samples), samples.forces / scale)
        ]
        inputs, vectors, forces = padded
        weights = tf.constant(np.pad(np.ones(len(samples.forces)), (0, 1)), precision)
        return cls(inputs, vectors, forces, weights)

    def __len__(self) -> int:
        return len(self.weights) - 1


class ForceTrainer(EpochTrainer):
    """Fits the networks of all elements at once, to atoms by element; every atom is a structure here.

    ``scale`` (eV/Å) is what an output of 1 means; ``validation`` is empty where there are no such atoms.
    """

    optimizer: GradientOptimizer

    def __init__(
        self,
        config: DirectForceConfig,
        train: dict[str, Samples],
        validation: dict[str, Samples],
        scaling: dict[str, Scaling],
        scale: float,
    ) -> None:
        precision = config.training.precision
        self._config, self._scale = config, scale
        counts = {element: own.inputs.shape[1] for element, own in train.items()}
        require_memory_for_networks(counts, config.network.hidden, 1)

        def tensors(parts: dict[str, Samples]) -> dict[str, ForceTensors]:
            return {e: ForceTensors.of(own, scaling[e], scale, precision) for e, own in parts.items()}

        self._train, self._validation = tensors(train), tensors(validation)
        self.models = {
            element: to_keras(_first_layers(config, number, own, scaling[element], scale), precision)
            for number, (element, own) in enumerate(train.items())
        }
        self._scaling = scaling
        self.n_frames = sum(map(len, self._train.values()))
        self._n_steps = -(-self.n_frames // config.training.batch_size)
        self.optimizer = GradientOptimizer(
            config.optimizer, config.training.epochs * self._n_steps, self._variables
        )
        self._epoch = tf.function(self._all_steps, jit_compile=True, autograph=False)
        self._judge = tf.function(self._sums_of_all, jit_compile=True, autograph=False)

    def weights(self) -> Weights:
        return [np.array(variable.numpy())[None] for variable in self._variables]

    def set_weights(self, weights: Weights) -> None:
        for variable, values in zip(self._variables, weights, strict=True):
            variable.assign(values[0])

    def run_epoch(self, epoch: int) -> Errors:
        random = np.random.default_rng([self._config.training.seed, epoch])
        orders = {}
        for element, own in self._train.items():
            size = -(-len(own) // self._n_steps)
            order = np.full(self._n_steps * size, len(own), np.int32)
            order[: len(own)] = random.permutation(len(own))
            orders[element] = tf.constant(order.reshape(size, self._n_steps).T)  # padding is shared out
        return self._errors(self._epoch(orders))

    def validate(self) -> Errors | None:
        return self._errors(self._judge(self._validation_parts())) if self._validation else None

    def element_networks(self) -> dict[str, ElementNetwork]:
        """The trained networks for a model: their first and last layers take over the combinations."""
        networks = {}
        for element, model in self.models.items():
            own = self._scaling[element]
            layers = from_keras(model).layers
            weights, biases, letter = layers[0]
            layers[0] = (own.transform @ weights, biases, letter)
            if len(own.vector_factors):
                weights, biases, letter = layers[-1]
                layers[-1] = (weights @ own.vector_transform.T, own.vector_transform @ biases, letter)
            network = _core.NeuralNetwork(layers)
            networks[element] = ElementNetwork(network, own.mean, own.sigma, own.vector_factors)
        return networks

    @property
    def _variables(self) -> list[keras.Variable]:
        return [variable for model in self.models.values() for variable in model.trainable_variables]

    def _validation_parts(self) -> dict[str, tuple[tf.Tensor, ...]]:
        return {e: (own.inputs, own.vectors, own.forces, own.weights) for e, own in self._validation.items()}

    def _errors(self, sums: tf.Tensor) -> Errors:
        loss, squares, count = np.asarray(sums, np.float64)
        unknown = np.full(1, np.nan)
        rmse = 1e3 * self._scale * np.sqrt(squares / (3.0 * count))
        power = 2.0 if self._config.loss == "mse" else 1.0
        return Errors(
            np.full(1, loss / (3.0 * count) * self._scale**power), unknown, np.full(1, rmse), unknown
        )

    def _sums_of_all(self, parts: dict[str, tuple[tf.Tensor, ...]]) -> tf.Tensor:
        return tf.add_n([self._sums(element, *part) for element, part in parts.items()])

    def _sums(
        self, element: str, inputs: tf.Tensor, vectors: tf.Tensor, forces: tf.Tensor, weights: tf.Tensor
    ) -> tf.Tensor:
        """(3,): what the loss adds up, squared errors of all components, and the number of atoms."""
        errors = (predicted(self.models[element], inputs, vectors) - forces) * weights[:, None]
        squares = tf.reduce_sum(errors**2)
        loss = squares if self._config.loss == "mse" else tf.reduce_sum(tf.abs(errors))
        return tf.stack([loss, squares, tf.reduce_sum(weights)])

    def _all_steps(self, orders: dict[str, tf.Tensor]) -> tf.Tensor:
        def body(number: tf.Tensor, sums: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            return number + 1, sums + self._step({e: order[number] for e, order in orders.items()})

        start = (tf.constant(0), tf.zeros(3, self._config.training.precision))
        end: tuple[tf.Tensor, tf.Tensor] = tf.while_loop(
            lambda number, _: number < self._n_steps, body, start
        )
        return end[1]

    def _step(self, chosen: dict[str, tf.Tensor]) -> tf.Tensor:
        """One change of all weights; the sums of its batch."""
        parts = {}
        for element, rows in chosen.items():
            own = self._train[element]
            whole = (own.inputs, own.vectors, own.forces, own.weights)
            parts[element] = tuple(tf.gather(values, rows) for values in whole)
        sources = [variable.value for variable in self._variables]
        with tf.GradientTape() as tape:
            sums = self._sums_of_all(parts)
            loss = sums[0] / (3.0 * tf.maximum(sums[2], 1.0))
        gradients = tape.gradient(loss, sources, unconnected_gradients=tf.UnconnectedGradients.ZERO)
        of_member = self.optimizer.clipped([gradient[None] for gradient in gradients])
        self.optimizer.apply([gradient[0] for gradient in of_member])
        return sums


def verify(model: DirectForces, frames: Sequence[Atoms]) -> float:
    """Compare TensorFlow with the C++ core: the largest difference, relative to the frame's largest force."""
    worst = 0.0
    for frame in frames:
        seen, core = model.features(frame), model.predict(frame)
        for element, inputs in seen.inputs.items():
            own, atoms = model.networks[element], np.asarray(frame.symbols == element)
            x = tf.constant((inputs - own.mean) / own.sigma, tf.float64)
            vectors = tf.constant(seen.vectors[atoms] * own.vector_factors[:, None], tf.float64)
            said = model.force_scale * predicted(to_keras(own.network.layers), x, vectors).numpy()
            if len(said):
                size = max(float(np.abs(core).max()), SMALLEST_FORCE)
                worst = max(worst, float(np.abs(said - core[atoms]).max()) / size)
    return worst


def predicted(model: keras.Sequential, inputs: tf.Tensor, vectors: tf.Tensor) -> tf.Tensor:
    """Forces (n, 3): what the network puts out, or the sum of the vectors (n, V, 3) with its coefficients."""
    outputs = model(inputs)
    return tf.einsum("nv,nvx->nx", outputs, vectors) if vectors.shape[1] else outputs


def _first_layers(
    config: DirectForceConfig, number: int, samples: Samples, scaling: Scaling, scale: float
) -> list[_core.Layer]:
    """Random weights that depend on the seed alone; with vectors they start from the best linear sum."""
    n_vectors = samples.vectors.shape[1]
    sizes = [samples.inputs.shape[1], *config.network.hidden, n_vectors or 3]
    random = np.random.default_rng([config.training.seed, number])
    values = INITIALIZERS[config.network.initial_weights](random, sizes)
    values[0] = scaling.initial_scale[:, None] * values[0]
    if n_vectors:
        values[-1] = linear_coefficients(scaling.vectors(samples), samples.forces / scale)
        values[-2] = values[-2] * np.abs(values[-1]).mean()
    letters = LETTERS[config.network.activation] * len(config.network.hidden) + "l"
    return list(zip(values[::2], values[1::2], letters, strict=True))
