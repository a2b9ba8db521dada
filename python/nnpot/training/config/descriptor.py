"""``descriptor``: the symmetry functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from nnpot.training.config.lists import Numbers
from nnpot.yaml_file import Positive, StrictModel

CUTOFF_TYPES = {"cosine": 1, "tanh3": 2, "poly1": 5, "poly2": 6, "poly3": 7, "poly4": 8}
"""Names of the cutoff functions and their numbers in input.nn (docs: formats, cutoff functions)."""


class SymmetryFunctionGrid(StrictModel):
    """All products of the listed parameters, for every element and every pair of neighbour elements."""

    type: Literal["radial", "angular_narrow", "angular_wide"]
    eta: Numbers
    r_shift: Numbers = [0.0]
    zeta: Numbers = [1.0]
    lambda_: Annotated[Numbers, Field(alias="lambda")] = [-1.0, 1.0]
    cutoff: Positive | None = None

    @field_validator("eta", "r_shift", "zeta", "lambda_")
    @classmethod
    def _not_empty(cls, values: list[float]) -> list[float]:
        if not values:
            raise ValueError("must hold at least one number, got []")
        if len(set(values)) < len(values):
            raise ValueError(f"must not repeat a value, got {values}")
        return values

    @field_validator("eta")
    @classmethod
    def _eta_not_negative(cls, values: list[float]) -> list[float]:
        return _each(values, lambda eta: eta >= 0.0, ">= 0 (1/Å²)")

    @field_validator("zeta")
    @classmethod
    def _zeta_at_least_one(cls, values: list[float]) -> list[float]:
        return _each(values, lambda zeta: zeta >= 1.0, ">= 1")

    @field_validator("lambda_")
    @classmethod
    def _lambda_within_one(cls, values: list[float]) -> list[float]:
        return _each(values, lambda value: 0.0 < abs(value) <= 1.0, "between -1 and 1 and not 0")

    @model_validator(mode="after")
    def _radial_has_no_angle(self) -> SymmetryFunctionGrid:
        angular = {"zeta", "lambda_"} & self.model_fields_set
        if self.type == "radial" and angular:
            raise ValueError("must not have zeta or lambda: it is radial")
        return self


def _each(values: list[float], allowed: Callable[[float], bool], expected: str) -> list[float]:
    for value in values:
        if not allowed(value):
            raise ValueError(f"must be {expected}, got {value:g}")
    return values


class DescriptorConfig(StrictModel):
    """The symmetry functions: grids, and lines as they stand after ``symfunction_short`` in input.nn (Å)."""

    cutoff: Positive
    cutoff_type: Literal["cosine", "tanh3", "poly1", "poly2", "poly3", "poly4"] = "poly2"
    symmetry_functions: list[SymmetryFunctionGrid] = []
    lines: list[str] = []
    decorrelate: bool = True

    @model_validator(mode="after")
    def _something_inside_the_cutoff(self) -> DescriptorConfig:
        if not self.symmetry_functions and not self.lines:
            raise ValueError("must have at least one entry in symmetry_functions or lines")
        for number, grid in enumerate(self.symmetry_functions):
            cutoff = grid.cutoff or self.cutoff
            if max(grid.r_shift) >= cutoff:
                raise ValueError(
                    f"symmetry_functions[{number}].r_shift must be below the cutoff {cutoff:g} Å, "
                    f"got {max(grid.r_shift):g}"
                )
        return self
