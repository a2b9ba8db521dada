"""Derivatives of sums of atomic energies, and of their slopes, with respect to all weights of a network.

Sums run over G groups of S atoms each. A layer is a matrix W (K, n_in, n_out), biases b (K, n_out) and an
activation σ: z = a W + b, next a = σ(z). Derivatives of a layer have the shape (K, G, ..., n_in + 1, n_out),
their last row being that of the biases.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from nnpot.training.networks.atomic import Layer
from nnpot.training.tensorflow_setup import tf


class Rows(NamedTuple):
    """What the networks predict, and its derivatives with respect to the weights of each layer."""

    predicted: tf.Tensor
    derivatives: list[tf.Tensor]


class _Values(NamedTuple):
    """A layer's input, and its activation with two derivatives; each (K, G, S, n)."""

    inputs: tf.Tensor
    output: tf.Tensor
    first: tf.Tensor
    second: tf.Tensor


def energy_rows(layers: Sequence[Layer], inputs: tf.Tensor, present: tf.Tensor) -> Rows:
    """Sums of atomic energies (K, G), and their derivatives (K, G, n_in + 1, n_out).

    The inputs (G, S, F) are those of each atom; ``present`` (G, S) is 1 for an atom and 0 for padding.
    """
    values = _forward(layers, inputs)
    energies = tf.reduce_sum(values[-1].output[..., 0] * present, axis=2)
    slope = present[None, :, :, None] * tf.ones_like(values[-1].output)
    derivatives = []
    for layer, value in zip(reversed(layers), reversed(values), strict=True):
        slope = slope * value.first
        weights = tf.matmul(value.inputs, slope, transpose_a=True)
        derivatives.append(tf.concat([weights, tf.reduce_sum(slope, axis=2)[:, :, None]], axis=2))
        slope = _times(slope, layer.weights, transpose=True)
    return Rows(energies, derivatives[::-1])


def slope_rows(layers: Sequence[Layer], inputs: tf.Tensor, directions: tf.Tensor) -> Rows:
    """Sums of the slopes of atomic energies along D directions in the space of their inputs.

    The slope of an energy along v is what forward differentiation gives; differentiating it once more,
    backwards, gives ∂/∂W = Σ aᵀ z̄ + ȧᵀ ẑ, with the adjoints z̄ of z and ẑ of its slope ż.

    Inputs are (G, S, F) of each atom, directions (G, S, D, F), 0 for padding; sums are (K, G, D), their
    derivatives (K, G, D, n_in + 1, n_out).
    """
    values = _forward(layers, inputs)
    slopes_in, slopes_z = _forward_slopes(layers, values, directions)
    total = tf.reduce_sum(slopes_z[-1][..., 0] * values[-1].first, axis=2)
    of_output, of_slope = tf.zeros_like(slopes_z[-1]), tf.ones_like(values[-1].output)
    derivatives = []
    for number in reversed(range(len(layers))):
        value = values[number]
        of_z = (
            of_output * value.first[:, :, :, None]
            + slopes_z[number] * (of_slope * value.second)[:, :, :, None]
        )
        of_slope = of_slope * value.first
        derivatives.append(_slope_derivative(value.inputs, slopes_in[number], of_z, of_slope))
        of_output = _times(of_z, layers[number].weights, transpose=True)
        of_slope = _times(of_slope, layers[number].weights, transpose=True)
    return Rows(total, derivatives[::-1])


def _forward(layers: Sequence[Layer], inputs: tf.Tensor) -> list[_Values]:
    values, result = inputs[None], []
    for layer in layers:
        z = _times(values, layer.weights) + layer.biases[:, None, None, :]
        result.append(_Values(values, *_activated(layer.activation, z)))
        values = result[-1].output
    return result


def _activated(
    activation: Callable[[tf.Tensor], tf.Tensor] | None, z: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """σ(z), σ'(z), σ''(z)."""
    if activation is None:
        return z, tf.ones_like(z), tf.zeros_like(z)
    with tf.GradientTape() as outer:
        outer.watch(z)
        with tf.GradientTape() as inner:
            inner.watch(z)
            output = activation(z)
        first = inner.gradient(output, z)
    return output, first, outer.gradient(first, z)


def _forward_slopes(
    layers: Sequence[Layer], values: Sequence[_Values], directions: tf.Tensor
) -> tuple[list[tf.Tensor], list[tf.Tensor]]:
    """Slopes of every layer's input and of z, (K, G, S, D, n)."""
    slopes, slopes_in, slopes_z = directions[None], [], []
    for layer, value in zip(layers, values, strict=True):
        slopes_in.append(slopes)
        slopes_z.append(_times(slopes, layer.weights))
        slopes = slopes_z[-1] * value.first[:, :, :, None]
    return slopes_in, slopes_z


def _slope_derivative(
    inputs: tf.Tensor, slopes_in: tf.Tensor, of_z: tf.Tensor, of_slope: tf.Tensor
) -> tf.Tensor:
    """Σ_s aᵀ z̄ + ȧᵀ ẑ, and Σ_s z̄ below it: (K, G, D, n_in + 1, n_out)."""
    n_members, n_groups, n_atoms, n_directions, n_out = of_z.shape
    n_in = inputs.shape[-1]
    flat = tf.reshape(of_z, (n_members, n_groups, n_atoms, n_directions * n_out))
    through_z = tf.reshape(
        tf.matmul(inputs, flat, transpose_a=True), (n_members, n_groups, n_in, n_directions, n_out)
    )
    flat = tf.reshape(slopes_in, (-1, n_groups, n_atoms, n_directions * n_in))
    through_slope = tf.reshape(
        tf.matmul(flat, of_slope, transpose_a=True), (n_members, n_groups, n_directions, n_in, n_out)
    )
    weights = tf.transpose(through_z, (0, 1, 3, 2, 4)) + through_slope
    return tf.concat([weights, tf.reduce_sum(of_z, axis=2)[:, :, :, None]], axis=3)


def _times(values: tf.Tensor, weights: tf.Tensor, transpose: bool = False) -> tf.Tensor:
    """values (K or 1, ..., n) times each member's weights, as one large product per member."""
    flat = tf.reshape(values, (values.shape[0], -1, values.shape[-1]))
    product = tf.matmul(flat, weights, transpose_b=transpose)
    return tf.reshape(product, (product.shape[0], *values.shape[1:-1], product.shape[-1]))
