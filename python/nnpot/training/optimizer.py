"""Keras's optimizers, their schedules, and clipping per member of a committee."""

from __future__ import annotations

from collections.abc import Callable, Sequence

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


def create_optimizer(config: OptimizerConfig, n_steps: int) -> keras.optimizers.Optimizer:
    """The configured optimizer, its rate falling from the initial to the final one over ``n_steps``.

    With ``plateau`` and ``constant`` the rate stays until somebody changes it.
    """
    return OPTIMIZERS[config.name](_schedule(config, n_steps), config.momentum)


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


def clipped(config: OptimizerConfig, gradients: Sequence[tf.Tensor]) -> list[tf.Tensor]:
    """Gradients (K, ...) of K members as the configuration limits them: components first, then the norm."""
    if config.clip_value is not None:
        gradients = clip_components(gradients, config.clip_value)
    return list(gradients) if config.clip_norm is None else clip(gradients, config.clip_norm)


def clip_components(gradients: Sequence[tf.Tensor], largest: float) -> list[tf.Tensor]:
    """Gradients each component of which lies between plus and minus ``largest``."""
    return [tf.clip_by_value(g, -largest, largest) for g in gradients]


def clip(gradients: Sequence[tf.Tensor], largest_norm: float) -> list[tf.Tensor]:
    """Gradients (K, ...) scaled so that those of each member have at most this norm over all weights."""
    squares = [tf.reduce_sum(g**2, axis=list(range(1, len(g.shape)))) for g in gradients]
    norms = tf.sqrt(tf.add_n(squares))
    factor = largest_norm / tf.maximum(norms, tf.fill(norms.shape, tf.cast(largest_norm, norms.dtype)))
    return [g * tf.reshape(factor, (-1, *[1] * (len(g.shape) - 1))) for g in gradients]
