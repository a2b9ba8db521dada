"""``long_range``: charges whose Coulomb energy is added to that of the networks."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from nnpot.support.limited_types import Length
from nnpot.support.yaml_file import StrictModel


class LongRangeConfig(StrictModel):
    """A charge for each element, trained with the networks or fixed."""

    charges: dict[str, float]
    """e, of every element: where training starts, or with ``train: false`` where they stay."""
    form: Literal["full", "reciprocal"] = "full"
    """The whole Ewald sum, or without its part in real space, which is then left to the networks."""
    train: bool = True
    """Whether the charges are trained with the networks."""
    fit_first: bool = True
    """Whether training starts from the charges with which a linear model fits best, near those given."""
    alpha: Annotated[float, Field(ge=0.01, le=10.0, allow_inf_nan=False)] | None = None
    """Splitting parameter, 1/Å. None: 3.5 over the largest cutoff, so that what is left to real space has
    fallen to a millionth there."""
    real_cutoff: Length | None = None
    """Å, of the part in real space; None: the largest cutoff of the symmetry functions."""

    @field_validator("charges")
    @classmethod
    def _finite(cls, charges: dict[str, float]) -> dict[str, float]:
        if not all(map(math.isfinite, charges.values())):
            raise ValueError("must be finite numbers")
        if not any(charges.values()):
            raise ValueError("must not all be 0: training starts from them, with their signs")
        return charges

    @model_validator(mode="after")
    def _cutoff_has_a_meaning(self) -> LongRangeConfig:
        if self.form == "reciprocal" and self.real_cutoff is not None:
            raise ValueError(
                "must not have real_cutoff: the form reciprocal leaves real space to the networks"
            )
        return self
