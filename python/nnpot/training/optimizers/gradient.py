"""Keras's optimizers with their schedules, and clipping per member of a committee."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from nnpot.training.config import OptimizerConfig
from nnpot.training.tensorflow_setup import keras, tf

OPTIMIZERS: dict[str, Callable[..., keras.optimizers.Optimizer]] = {
    "sgd": lambda rate, _: keras.optimizers.SGD(rate),
    "momentum": lambda rate, momentum: keras.optimizers.SGD(rate, momentum=momentum),
    "nesterov": lambda rate, momentum: keras.optimizers.SGD(rate, momentum=momentum, nesterov=True),
    "adagrad": lambda rate, _: keras.optimizers.Adagrad(rate),
    "rmsprop": lambda rate, _: keras.optimizers.RMSprop(rate),
    "adam": lambda rate, _: keras.optimizers.Adam(rate),
    "nadam": lambda rate, _: keras.optimizers.Nadam(rate),
}
"""By their names in the configuration."""


class GradientOptimizer:
    """One of Keras's optimizers for some variables, its rate falling to the last over ``n_steps``.

    With ``plateau`` and ``constant`` the rate stays until `adapt` changes it.
    """

    def __init__(self, config: OptimizerConfig, n_steps: int, variables: Sequence[keras.Variable]) -> None:
        self._config, self._variables = config, list(variables)
        self._keras = OPTIMIZERS[config.name](_schedule(config, n_steps), config.momentum)
        self._keras.build(self._variables)

    @property
    def learning_rate(self) -> float:
        """The rate of the next step."""
        return float(self._keras.learning_rate.numpy())

    def adapt(self, losses: Sequence[float]) -> None:
        """Hear the losses that judged all epochs so far: ``plateau`` lowers the rate where it is time."""
        if self._config.schedule == "plateau":
            self._keras.learning_rate.assign(plateau_rate(self._config, losses))

    def state(self) -> list[NDArray[np.floating]]:
        """Copies of all that it remembers."""
        return [np.array(variable.numpy()) for variable in self._keras.variables]

    def restore(self, state: Sequence[NDArray[np.floating]]) -> None:
        """Take over what `state` gave."""
        for variable, values in zip(self._keras.variables, state, strict=True):
            variable.assign(values)

    @property
    def clips(self) -> bool:
        """Whether `clipped` changes anything."""
        return self._config.clip_value is not None or self._config.clip_norm is not None

    def clipped(self, gradients: Sequence[tf.Tensor]) -> list[tf.Tensor]:
        """Limit gradients (K, ...) of K members as configured: components first, then the norm."""
        if self._config.clip_value is not None:
            gradients = clip_components(gradients, self._config.clip_value)
        return list(gradients) if self._config.clip_norm is None else clip(gradients, self._config.clip_norm)

    def apply(self, gradients: Sequence[tf.Tensor]) -> None:
        """Change the variables by a step along their gradients, in their order."""
        self._keras.apply_gradients(zip(gradients, self._variables, strict=True))


def _schedule(
    config: OptimizerConfig, n_steps: int
) -> keras.optimizers.schedules.LearningRateSchedule | float:
    ratio = config.final_rate / config.initial_rate
    if config.schedule == "exponential":
        return keras.optimizers.schedules.ExponentialDecay(config.initial_rate, n_steps, ratio)
    if config.schedule == "cosine":
        return keras.optimizers.schedules.CosineDecay(config.initial_rate, n_steps, alpha=ratio)
    if config.schedule == "inverse_time":
        return keras.optimizers.schedules.InverseTimeDecay(config.initial_rate, n_steps, 1.0 / ratio - 1.0)
    return config.initial_rate


def plateau_rate(config: OptimizerConfig, losses: Sequence[float]) -> float:
    """The rate after epochs with these validation losses: lowered whenever they stop falling.

    A pure function of the history, so that a resumed run needs no state of its own.
    """
    rate, best, waited = config.initial_rate, float("inf"), 0
    for loss in losses:
        waited = 0 if loss < best else waited + 1
        best = min(best, loss)
        if waited >= config.plateau_patience:
            rate, waited = max(rate * config.plateau_factor, config.final_rate), 0
    return rate


def clip_components(gradients: Sequence[tf.Tensor], largest: float) -> list[tf.Tensor]:
    """Gradients each component of which lies between plus and minus ``largest``."""
    return [tf.clip_by_value(g, -largest, largest) for g in gradients]


def clip(gradients: Sequence[tf.Tensor], largest_norm: float) -> list[tf.Tensor]:
    """Gradients (K, ...) scaled so that those of each member have at most this norm over all weights."""
    squares = [tf.reduce_sum(g**2, axis=list(range(1, len(g.shape)))) for g in gradients]
    norms = tf.sqrt(tf.add_n(squares))
    factor = largest_norm / tf.maximum(norms, tf.fill(norms.shape, tf.cast(largest_norm, norms.dtype)))
    return [g * tf.reshape(factor, (-1, *[1] * (len(g.shape) - 1))) for g in gradients]
