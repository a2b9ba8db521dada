"""The configuration of a training: one YAML file, checked whole before any work."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    PositiveInt,
    field_validator,
    model_validator,
)

from nnpot.yaml_file import Finite, NotNegative, Positive, StrictModel, read_yaml

CUTOFF_TYPES = {"cosine": 1, "tanh3": 2, "poly1": 5, "poly2": 6, "poly3": 7, "poly4": 8}
"""Names of the cutoff functions and their numbers in input.nn (docs: formats, cutoff functions)."""

ACTIVATIONS = {"tanh": "t", "softplus": "p", "sigmoid": "s", "gaussian": "g", "cos": "c"}
"""Names of the activation functions and their letters in input.nn."""


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


Numbers = Annotated[list[Finite], BeforeValidator(_as_list)]
Paths = Annotated[list[Path], BeforeValidator(_as_list)]
Fraction = Annotated[float, Field(ge=0.0, lt=1.0)]
Seed = Annotated[int, Field(ge=0)]


class DataConfig(StrictModel):
    """Which frames to learn from, and how they are split."""

    train: Annotated[Paths, Field(min_length=1)]
    test: Paths = []
    units: Literal["metal", "real", "atomic"] | None = None
    validation_fraction: Fraction = 0.1
    test_fraction: Fraction = 0.0
    seed: Seed = 0
    atom_energies: Literal["fit"] | dict[str, Finite] = "fit"

    @model_validator(mode="after")
    def _something_to_train_on(self) -> DataConfig:
        if self.test and self.test_fraction > 0.0:
            raise ValueError("must not have both test files and test_fraction; keep one of them")
        if self.validation_fraction + self.test_fraction >= 1.0:
            raise ValueError("must leave frames to train on: validation_fraction + test_fraction < 1")
        return self

    def resolved(self, directory: Path) -> DataConfig:
        """The same with paths taken relative to ``directory``."""
        return self.model_copy(
            update={
                "train": [directory / path for path in self.train],
                "test": [directory / p for p in self.test],
            }
        )


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


class NetworkConfig(StrictModel):
    """The network of each element: hidden layers of one activation, and one linear output."""

    hidden: list[PositiveInt] = [25, 25]
    activation: Literal["tanh", "softplus", "sigmoid", "gaussian", "cos"] = "tanh"


class OptimizationConfig(StrictModel):
    """Adam with a learning rate that falls exponentially from the first to the last epoch."""

    precision: Literal["float64", "float32"] = "float32"
    epochs: PositiveInt = 1000
    batch_size: PositiveInt = 8
    initial_rate: Positive = 1e-2
    final_rate: Positive = 1e-5
    energy_weight: NotNegative = 100.0
    force_weight: NotNegative = 1.0
    patience: PositiveInt | None = None
    seed: Seed = 0
    max_minutes: Positive | None = None
    checkpoint_seconds: NotNegative = 10.0
    threads: PositiveInt | None = None

    @model_validator(mode="after")
    def _consistent(self) -> OptimizationConfig:
        if self.energy_weight == 0.0 and self.force_weight == 0.0:
            raise ValueError("must give weight to something: energy_weight and force_weight are both 0")
        if self.final_rate > self.initial_rate:
            raise ValueError(
                f"must have final_rate <= initial_rate, got {self.final_rate:g} > {self.initial_rate:g}"
            )
        return self


class TrainingConfig(StrictModel):
    """Everything ``nnpot train`` needs to know; units are eV and Å throughout."""

    data: DataConfig
    descriptor: DescriptorConfig
    network: NetworkConfig = NetworkConfig()
    training: OptimizationConfig = OptimizationConfig()

    def fingerprint(self) -> str:
        """What decides the weights, as text: all but the file names, the time limit and the threads."""
        return self.model_dump_json(
            by_alias=True,
            exclude={"data": {"train", "test"}, "training": {"max_minutes", "checkpoint_seconds", "threads"}},
        )


def load_config(path: str | os.PathLike[str]) -> TrainingConfig:
    """Read and check a configuration; its file names are relative to its own directory.

    Raises
    ------
    FileFormatError
        If the file is not YAML.
    InvalidInputError
        If a key is unknown, missing or has a wrong value; one line that names each.
    """
    config = read_yaml(TrainingConfig, Path(path))
    return config.model_copy(update={"data": config.data.resolved(Path(path).parent)})


def template() -> str:
    """A complete commented configuration, itself valid."""
    return resources.files("nnpot.training").joinpath("template.yaml").read_text(encoding="utf-8")
