"""The section ``descriptor`` of a configuration: which symmetry functions there are, and which are kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from nnpot.support.limited_types import Length
from nnpot.support.limits import MOST_FUNCTIONS
from nnpot.support.yaml_file import Finite, Positive, StrictModel

CutoffType = Literal["cosine", "tanh3", "poly1", "poly2", "poly3", "poly4"]
CUTOFF_TYPES = {"cosine": 1, "tanh3": 2, "poly1": 5, "poly2": 6, "poly3": 7, "poly4": 8}
"""Names of the cutoff functions and their numbers in input.nn (docs: formats, cutoff functions)."""


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


def _distinct(values: list[float]) -> list[float]:
    if not values:
        raise ValueError("must hold at least one number, got []")
    if len(set(values)) < len(values):
        raise ValueError(f"must not repeat a value, got {values}")
    return values


def _each(allowed: Callable[[float], bool], expected: str) -> AfterValidator:
    """A check of each of some numbers."""

    def check(values: list[float]) -> list[float]:
        for value in values:
            if not allowed(value):
                raise ValueError(f"must be {expected}, got {value:g}")
        return values

    return AfterValidator(check)


Numbers = Annotated[list[Finite], BeforeValidator(_as_list)]
Distinct = Annotated[Numbers, AfterValidator(_distinct)]
Zetas = Annotated[Distinct, _each(lambda zeta: zeta >= 1.0, ">= 1")]
Lambdas = Annotated[Distinct, _each(lambda value: 0.0 < abs(value) <= 1.0, "between -1 and 1 and not 0")]


class SymmetryFunctionGrid(StrictModel):
    """All products of the listed parameters, for every element and every pair of neighbour elements."""

    type: Literal["radial", "angular_narrow", "angular_wide"]
    eta: Annotated[Distinct, _each(lambda eta: eta >= 0.0, ">= 0 (1/Å²)")]
    r_shift: Distinct = [0.0]
    zeta: Zetas = [1.0]
    lambda_: Annotated[Lambdas, Field(alias="lambda")] = [-1.0, 1.0]
    cutoff: Length | None = None

    @model_validator(mode="after")
    def _not_too_many(self) -> SymmetryFunctionGrid:
        count = len(self.eta) * len(self.r_shift) * len(self.zeta) * len(self.lambda_)
        if count > 10 * MOST_FUNCTIONS:
            raise ValueError(f"must have at most {10 * MOST_FUNCTIONS} functions, got {count}")
        return self

    @model_validator(mode="after")
    def _radial_has_no_angle(self) -> SymmetryFunctionGrid:
        angular = {"zeta", "lambda_"} & self.model_fields_set
        if self.type == "radial" and angular:
            raise ValueError("must not have zeta or lambda: it is radial")
        return self

    @model_serializer(mode="wrap")
    def _as_it_may_be_read_again(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        values: dict[str, Any] = handler(self)
        angular = {"zeta", "lambda", "lambda_"} if self.type == "radial" else set()
        return {key: value for key, value in values.items() if key not in angular}


class AutomaticSet(StrictModel):
    """How dense the automatic set is; what is not given follows from ``resolution``."""

    resolution: Literal["coarse", "medium", "fine"] | None = None
    n_radial: Annotated[int, Field(ge=1, le=MOST_FUNCTIONS)] | None = None
    n_angular: Annotated[int, Field(ge=0, le=MOST_FUNCTIONS)] | None = None
    zeta: Zetas | None = None


class Selection(StrictModel):
    """The selection, per element, among the functions that vary over the training frames."""

    method: Literal["none", "range", "correlation", "cur"] = "none"
    count: Annotated[int, Field(ge=1)] | None = None
    threshold: Positive | None = None

    @model_validator(mode="after")
    def _says_how_many(self) -> Selection:
        if self.method == "none" and (self.count or self.threshold):
            raise ValueError("must have a method (range, correlation, cur) where it has count or threshold")
        if self.method == "cur" and (self.count is None or self.threshold is not None):
            raise ValueError("must have count and no threshold with method cur")
        if self.method in ("range", "correlation") and self.count is None and self.threshold is None:
            raise ValueError(f"must have count or threshold, or both, with method {self.method}")
        if self.method == "correlation" and self.threshold is not None and self.threshold >= 1.0:
            raise ValueError(f"must have a threshold below 1 with method correlation, got {self.threshold:g}")
        return self


class DescriptorConfig(StrictModel):
    """The symmetry functions: an automatic set, grids, lines as in input.nn, which may have other units."""

    cutoff: Length
    cutoff_type: CutoffType = "poly2"
    automatic: AutomaticSet | None = None
    symmetry_functions: list[SymmetryFunctionGrid] = []
    lines: list[str] = []
    lines_units: Literal["metal", "real", "atomic"] | None = None
    """The unit of the lengths in ``lines``; None for Å, as everywhere else in this section."""
    selection: Selection = Selection()
    decorrelate: bool = True

    @model_validator(mode="after")
    def _units_of_some_lines(self) -> DescriptorConfig:
        if self.lines_units is not None and not self.lines:
            raise ValueError("must not have lines_units without lines: all else is in Å")
        return self

    def require_units(self, of_data: str | None) -> None:
        """Refuse (`ValueError`) lines that may be in Å or in the unit of the data: nothing says which."""
        if self.lines and self.lines_units is None and of_data == "atomic":
            raise ValueError(
                "descriptor.lines must say their unit where data.units is atomic: lines_units: atomic (bohr, "
                "as in an input.nn beside such data) or metal (Å); cutoff is in Å in any case"
            )

    @property
    def automatic_set(self) -> AutomaticSet | None:
        """The automatic set: as asked for, or the default one where there is nothing else."""
        if self.automatic is None and not self.symmetry_functions and not self.lines:
            return AutomaticSet()
        return self.automatic

    @model_validator(mode="after")
    def _something_inside_the_cutoff(self) -> DescriptorConfig:
        for number, grid in enumerate(self.symmetry_functions):
            cutoff = grid.cutoff or self.cutoff
            if max(grid.r_shift) >= cutoff:
                raise ValueError(
                    f"symmetry_functions[{number}].r_shift must be below the cutoff {cutoff:g} Å, "
                    f"got {max(grid.r_shift):g}"
                )
        return self
