"""The optimizer: Adam with an exponential schedule."""

from __future__ import annotations

from nnpot.training.config import OptimizationConfig
from nnpot.training.tensorflow_setup import keras


def create_optimizer(config: OptimizationConfig, steps_per_epoch: int) -> keras.optimizers.Optimizer:
    """Adam (Kingma and Ba 2015), its rate falling from the initial to the final one over all epochs."""
    schedule = keras.optimizers.schedules.ExponentialDecay(
        initial_learning_rate=config.initial_rate,
        decay_steps=config.epochs * steps_per_epoch,
        decay_rate=config.final_rate / config.initial_rate,
    )
    return keras.optimizers.Adam(learning_rate=schedule)
