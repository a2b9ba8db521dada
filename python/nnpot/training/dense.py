"""A plain feed-forward network as Keras layers, from and to the layers of `nnpot.NeuralNetwork`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nnpot import _core
from nnpot.errors import InvalidInputError
from nnpot.training.networks import FUNCTIONS
from nnpot.training.tensorflow_setup import keras


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


KERAS_NAMES = {"linear": "l", "tanh": "t", "sigmoid": "s", "softplus": "p", "relu": "r"}
"""Keras's own activations."""
