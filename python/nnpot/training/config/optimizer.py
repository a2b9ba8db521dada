"""``optimizer``: how the weights are changed."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, PositiveInt, model_validator

from nnpot.support.yaml_file import NotNegative, Positive, StrictModel


class KalmanConfig(StrictModel):
    """The multi-stream extended Kalman filter with fading memory."""

    blocks: Literal["all", "element", "layer", "node"] = "node"
    """Weights whose errors' covariances the filter follows."""
    precision: Literal["float64", "float32"] = "float64"
    """Of the covariances."""
    forces_per_update: Annotated[int, Field(ge=1, le=100_000)] = 60
    """Force components that enter one update together with the energies of its frames."""
    forgetting: Annotated[float, Field(gt=0.0, le=1.0)] = 0.98
    """The forgetting factor λ before the first update; it rises to 1 as λ ← ν λ + 1 − ν."""
    forgetting_rate: Annotated[float, Field(gt=0.0, le=1.0)] = 0.996
    """ν"""
    initial_covariance: Positive = 1.0
    """Diagonal of the first error covariance of the weights."""
    process_noise: NotNegative = 0.0
    """Added to the diagonal after every update, falling exponentially to a thousandth over the run."""


class OptimizerConfig(StrictModel):
    """One of Keras's optimizers with a schedule and clipping, or the Kalman filter."""

    name: Literal["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "nadam", "kalman"] = "adam"
    schedule: Literal["exponential", "cosine", "inverse_time", "plateau", "constant"] = "exponential"
    initial_rate: Positive = 5e-3
    final_rate: Positive = 1e-5
    plateau_patience: PositiveInt = 20
    """Epochs without a better validation loss after which ``plateau`` lowers the rate."""
    plateau_factor: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.5
    momentum: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.9
    """Of ``momentum`` and ``nesterov``."""
    clip_norm: Positive | None = None
    """Gradients of a larger norm are scaled down to it."""
    clip_value: Positive | None = None
    """Each component of the gradient is kept within plus and minus this, before the norm is looked at."""
    kalman: KalmanConfig = KalmanConfig()

    @property
    def depends_on_epochs(self) -> bool:
        """Whether what a step does depends on how many there will be."""
        if self.name == "kalman":
            return self.kalman.process_noise > 0.0
        return self.schedule in ("exponential", "cosine", "inverse_time")

    @model_validator(mode="after")
    def _rates_fall(self) -> OptimizerConfig:
        if self.final_rate > self.initial_rate:
            raise ValueError(
                f"must have final_rate <= initial_rate, got {self.final_rate:g} > {self.initial_rate:g}"
            )
        return self
