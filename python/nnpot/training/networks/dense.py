"""A plain feed-forward network as Keras layers, its activations and first weights.

It is made from the layers of `nnpot.NeuralNetwork`, and these from it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nnpot import _core
from nnpot.errors import InvalidInputError
from nnpot.training.tensorflow_setup import keras, tf

Array = NDArray[np.float64]

FUNCTIONS = {
    "l": None,
    "t": tf.tanh,
    "p": tf.nn.softplus,
    "s": tf.sigmoid,
    "g": lambda x: tf.exp(-0.5 * x * x),
    "c": tf.cos,
    "r": tf.nn.relu,
    "S": lambda x: tf.sigmoid(-x),
    "e": lambda x: tf.exp(-x),
    "h": tf.square,
    "T": lambda x: 1.7159 * tf.tanh(2.0 / 3.0 * x) + 0.001 * x,
}
"""What the activation letters of input.nn mean."""


KERAS_NAMES = {"linear": "l", "tanh": "t", "sigmoid": "s", "softplus": "p", "relu": "r"}
"""Keras's own activations."""


def glorot(random: np.random.Generator, sizes: Sequence[int]) -> list[Array]:
    """Uniform weights of variance 2 / (n_in + n_out), and biases of zero (Glorot and Bengio 2010).

    Sizes are nodes, those of the inputs first; weights (n_in, n_out) and biases (n_out,) come in turn.
    """
    values: list[Array] = []
    for n_in, n_out in zip(sizes, sizes[1:], strict=False):
        limit = np.sqrt(6.0 / (n_in + n_out))
        values += [random.uniform(-limit, limit, (n_in, n_out)), np.zeros(n_out)]
    return values


def nguyen_widrow(random: np.random.Generator, sizes: Sequence[int]) -> list[Array]:
    """Hidden nodes whose active regions cover inputs of order one evenly (Nguyen and Widrow 1990).

    The weights of a hidden node have the length 0.7 n_out^(1/n_in), its bias is uniform up to that length;
    the output layer is as of `glorot`, whose parameters and result these are.
    """
    values: list[Array] = []
    for n_in, n_out in zip(sizes[:-2], sizes[1:-1], strict=True):
        length = 0.7 * n_out ** (1.0 / n_in)
        weights = random.uniform(-1.0, 1.0, (n_in, n_out))
        values += [length * weights / np.linalg.norm(weights, axis=0), random.uniform(-length, length, n_out)]
    return values + glorot(random, sizes[-2:])


INITIALIZERS = {"glorot": glorot, "nguyen_widrow": nguyen_widrow}
"""First weights, by their names in the configuration."""


def to_keras(layers: Sequence[_core.Layer], precision: str = "float64") -> keras.Sequential:
    """Dense layers of Keras with these weights (n_in, n_out), biases and activation letters."""
    model = keras.Sequential(
        [keras.Input((len(layers[0][0]),), dtype=precision)]
        + [
            keras.layers.Dense(len(biases), FUNCTIONS[letter], dtype=precision)
            for _, biases, letter in layers
        ]
    )
    model.set_weights([values for weights, biases, _ in layers for values in (weights, biases)])
    return model


def from_keras(model: keras.Sequential) -> _core.NeuralNetwork:
    """The network of a Keras model that consists of dense layers, in float64.

    Raises
    ------
    InvalidInputError
        If it has other layers, a layer without biases, or an activation that has no letter.
    """
    layers = []
    for layer in model.layers:
        if not isinstance(layer, keras.layers.Dense) or layer.bias is None:
            raise InvalidInputError(
                f"layer {layer.name!r}: expected dense layers with biases, got {type(layer).__name__}"
            )
        weights, biases = (np.asarray(values, np.float64) for values in layer.get_weights())
        layers.append((weights, biases, _letter(layer)))
    return _core.NeuralNetwork(layers)


def _letter(layer: keras.layers.Dense) -> str:
    """The letter of an activation: of one of ours, or of Keras's own."""
    for letter, function in FUNCTIONS.items():
        if layer.activation is function:
            return letter
    name = getattr(layer.activation, "__name__", "")
    if name not in KERAS_NAMES:
        raise InvalidInputError(
            f"layer {layer.name!r}: the activation {name or layer.activation!r} is not known; known are "
            f"{', '.join(KERAS_NAMES)} and those of nnpot.training.networks.FUNCTIONS"
        )
    return KERAS_NAMES[name]
