"""One feed-forward network per element, as Keras models."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nnpot import _core
from nnpot.training.config import ACTIVATIONS, NetworkConfig
from nnpot.training.tensorflow_setup import keras, tf

Array = NDArray[np.float64]
Layers = list[tuple[Array, Array, str]]

FUNCTIONS = {
    "l": None,
    "t": tf.tanh,
    "p": tf.nn.softplus,
    "s": tf.sigmoid,
    "g": lambda x: tf.exp(-0.5 * x * x),
    "c": tf.cos,
}
"""What the activation letters of input.nn mean."""


class AtomicNetworks:
    """The networks of all elements; each maps scaled descriptors (n, F) to energies of atoms (n, 1).

    Parameters
    ----------
    models
        A Keras model and the letters of its layers' activations, per element.
    """

    def __init__(self, models: dict[str, tuple[keras.Sequential, str]]) -> None:
        self._models = models

    @classmethod
    def create(
        cls, config: NetworkConfig, initial_scales: dict[str, Array], precision: str, seed: int
    ) -> AtomicNetworks:
        """New networks with Glorot weights that depend on the seed alone, not on the precision.

        ``initial_scales`` (F,) multiply the first weights of each input, and say how many inputs there are.
        """
        letters = ACTIVATIONS[config.activation] * len(config.hidden) + "l"
        models = {}
        for number, (element, scale) in enumerate(initial_scales.items()):
            random = np.random.default_rng([seed, number])
            sizes = [len(scale), *config.hidden, 1]
            weights = [v for shape in zip(sizes, sizes[1:], strict=False) for v in _glorot(random, *shape)]
            weights[0] = scale[:, None] * weights[0]
            network = _sequential(len(scale), sizes[1:], letters, precision)
            network.set_weights(weights)
            models[element] = (network, letters)
        return cls(models)

    @classmethod
    def from_model(cls, model: _core.Model) -> AtomicNetworks:
        """The networks of an exported model, in float64."""
        models = {}
        for element in model.elements:
            layers = model.network(element)
            letters = "".join(letter for _, _, letter in layers)
            sizes = [weights.shape[1] for weights, _, _ in layers]
            network = _sequential(layers[0][0].shape[0], sizes, letters, "float64")
            network.set_weights([values for weights, biases, _ in layers for values in (weights, biases)])
            models[element] = (network, letters)
        return cls(models)

    @property
    def elements(self) -> list[str]:
        """The elements in their order."""
        return list(self._models)

    @property
    def variables(self) -> list[keras.Variable]:
        """All weights and biases, in a fixed order."""
        return [variable for network, _ in self._models.values() for variable in network.trainable_variables]

    def __call__(self, element: str, descriptors: tf.Tensor) -> tf.Tensor:
        """Energies of atoms, (n, 1)."""
        return self._models[element][0](descriptors)

    def weights(self) -> list[NDArray[np.floating]]:
        """Copies of all weights and biases, in the order of `variables`."""
        return [np.array(variable.numpy()) for variable in self.variables]

    def set_weights(self, weights: Sequence[NDArray[np.floating]]) -> None:
        """Take over what `weights` gave."""
        for variable, values in zip(self.variables, weights, strict=True):
            variable.assign(values)

    def layers(self, scale: float, transforms: dict[str, Array]) -> dict[str, Layers]:
        """Weights (n_in, n_out), biases and activation letter of each layer, in float64.

        The last layer is multiplied by ``scale``; the first takes over the transform (F, F) of its inputs.
        """
        result = {}
        for element, (network, letters) in self._models.items():
            values = [np.asarray(variable.numpy(), np.float64) for variable in network.trainable_variables]
            values[0] = transforms[element] @ values[0]
            values[-2:] = [scale * last for last in values[-2:]]
            result[element] = list(zip(values[::2], values[1::2], letters, strict=True))
        return result


def _glorot(random: np.random.Generator, n_in: int, n_out: int) -> tuple[Array, Array]:
    """Uniform weights of variance 2 / (n_in + n_out), and biases of zero (Glorot and Bengio 2010)."""
    limit = np.sqrt(6.0 / (n_in + n_out))
    return random.uniform(-limit, limit, (n_in, n_out)), np.zeros(n_out)


def _sequential(n_inputs: int, sizes: Sequence[int], letters: str, precision: str) -> keras.Sequential:
    layers = [
        keras.layers.Dense(size, activation=FUNCTIONS[letter], dtype=precision)
        for size, letter in zip(sizes, letters, strict=True)
    ]
    return keras.Sequential([keras.Input((n_inputs,), dtype=precision), *layers])
