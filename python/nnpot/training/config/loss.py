"""``loss``: what training makes small."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from nnpot.support.yaml_file import NotNegative, Positive, StrictModel
from nnpot.training.config.lists import Name


class LossConfig(StrictModel):
    """Weights of the terms, their form, and what large weights cost.

    Errors are in eV/atom, eV/Å and, for volume times stress, eV/atom.
    """

    energy_weight: NotNegative = 100.0
    force_weight: NotNegative = 1.0
    stress_weight: NotNegative = 0.0
    function: Literal["mse", "mae", "huber"] = "mse"
    huber_delta: Positive = 1.0
    """Where the Huber function turns linear, in root mean squares of the reference forces."""
    group_weights: dict[Name, NotNegative] = {}
    l1: NotNegative = 0.0
    """Lasso; with ``l2`` an elastic net."""
    l2: NotNegative = 0.0
    """Ridge."""

    @model_validator(mode="after")
    def _something_to_fit(self) -> LossConfig:
        if self.energy_weight == self.force_weight == self.stress_weight == 0.0:
            raise ValueError(
                "must give weight to something: energy_weight, force_weight and stress_weight are all 0"
            )
        return self
