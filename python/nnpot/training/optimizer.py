"""The optimizer: Adam with an exponential schedule."""

from __future__ import annotations

from nnpot.training.config import OptimizerConfig
from nnpot.training.tensorflow_setup import keras


def create_optimizer(config: OptimizerConfig, n_steps: int) -> keras.optimizers.Optimizer:
    """Adam (Kingma and Ba 2015), its rate falling from the initial to the final one over all epochs."""
    schedule = keras.optimizers.schedules.ExponentialDecay(
        initial_learning_rate=config.initial_rate,
        decay_steps=n_steps,
        decay_rate=config.final_rate / config.initial_rate,
    )
    return keras.optimizers.Adam(learning_rate=schedule)
