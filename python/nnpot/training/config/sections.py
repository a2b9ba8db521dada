"""The sections of a configuration: data, loss, charges, networks, optimizer, and how long to train."""

from __future__ import annotations

import math
import os
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, PositiveInt, field_validator, model_validator

from nnpot.io.feature_files import is_feature_file
from nnpot.support.limited_types import BatchSize, Epochs, Hidden, Length, Members, Seed, Threads
from nnpot.support.yaml_file import Finite, NotNegative, Positive, StrictModel, read_yaml

FILES = {"train", "validation", "test"}
"""Keys of ``data`` that name files."""


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


def _as_text(value: Any) -> Any:
    """A number that YAML sees in a name is the text that stands in the file."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


Paths = Annotated[list[Path], BeforeValidator(_as_list)]
Name = Annotated[str, BeforeValidator(_as_text)]
Names = Annotated[list[Name], BeforeValidator(_as_list)]
Fraction = Annotated[float, Field(ge=0.0, lt=1.0)]

COMPONENTS = {"xx", "yy", "zz", "yz", "xz", "xy"}


class LabelsConfig(StrictModel):
    """The names of the reference values in the files, where they are not ASE's; None for ASE's."""

    energy: str | None = None
    forces: str | None = None
    stress: str | None = None
    stress_unit: Literal["eV/A^3", "GPa", "kbar", "eV"] = "eV/A^3"
    """``eV`` stands for a virial: the stress times the volume."""
    stress_order: str = "xx yy zz yz xz xy"
    stress_positive: Literal["tension", "compression"] | None = None
    """None for tension, and for compression where ``stress_unit`` is ``eV``."""

    @field_validator("stress_order")
    @classmethod
    def _six_components(cls, order: str) -> str:
        if len(order.split()) != 6 or set(order.split()) != COMPONENTS:
            raise ValueError(f"must name xx, yy, zz, yz, xz and xy, each once, got '{order}'")
        return order

    @model_validator(mode="after")
    def _no_unit_of_nothing(self) -> LabelsConfig:
        about_stress = (self.stress_unit, self.stress_order, self.stress_positive)
        if self.stress is None and about_stress != ("eV/A^3", "xx yy zz yz xz xy", None):
            raise ValueError(
                "must say by stress which key stress_unit, stress_order and stress_positive are about"
            )
        return self

    @property
    def compression_is_positive(self) -> bool:
        """Whether the stress has the sign of a pressure or virial."""
        return self.stress_positive == "compression" or (
            self.stress_positive is None and self.stress_unit == "eV"
        )


class DataConfig(StrictModel):
    """The frames to learn from, and how they are split."""

    train: Annotated[Paths, Field(min_length=1)]
    validation: Paths = []
    test: Paths = []
    format: Literal["features"] | None = None
    """The format of all files, where their names do not say it; None to find it out."""
    units: Literal["metal", "real", "atomic"] | None = None
    labels: LabelsConfig = LabelsConfig()
    validation_fraction: Fraction = 0.1
    """Not used where validation files or groups are named."""
    test_fraction: Fraction = 0.0
    validation_groups: Names = []
    test_groups: Names = []
    split: Literal["stratified", "random"] = "stratified"
    """How the fractions are drawn: over each group alike, or over all frames alike."""
    seed: Seed = 0
    atom_energies: Literal["fit"] | dict[str, Finite] = "fit"

    @model_validator(mode="after")
    def _one_way_to_a_test(self) -> DataConfig:
        if (self.test or self.test_groups) and self.test_fraction > 0.0:
            named = "test files" if self.test else "test_groups"
            raise ValueError(f"must not have both {named} and test_fraction; keep one of them")
        return self

    @model_validator(mode="after")
    def _every_file_and_group_once(self) -> DataConfig:
        twice = sorted(set(self.validation_groups) & set(self.test_groups))
        if twice:
            raise ValueError(f"must not have {twice[0]} in both validation_groups and test_groups")
        files = [*self.train, *self.validation, *self.test]
        again = next((path for number, path in enumerate(files) if path in files[:number]), None)
        if again is not None:
            raise ValueError(f"must not name a file twice in train, validation and test, got {again}")
        return self

    @model_validator(mode="after")
    def _something_to_train_on(self) -> DataConfig:
        if self.random_validation + self.test_fraction >= 1.0:
            raise ValueError("must leave frames to train on: validation_fraction + test_fraction < 1")
        return self

    @model_validator(mode="after")
    def _features_alone(self) -> DataConfig:
        files = [*self.train, *self.validation, *self.test]
        others = [path for path in files if not is_feature_file(path)]
        if self.has_features and self.format is None and others:
            raise ValueError(
                f"must not have {others[0]} beside feature files: a model sees features or positions"
            )
        found = {
            f"units: {self.units}": self.units not in (None, "metal"),
            "labels": self.labels != LabelsConfig(),
        }
        if self.has_features and any(found.values()):
            names = " and ".join(name for name, present in found.items() if present)
            raise ValueError(f"must not have {names} beside feature files, which hold energies in eV alone")
        return self

    @property
    def has_features(self) -> bool:
        """Whether the files are feature files: frames without positions."""
        files = [*self.train, *self.validation, *self.test]
        return self.format == "features" or any(map(is_feature_file, files))

    @property
    def random_validation(self) -> float:
        """The fraction of the training frames to validate with, 0 where files or groups are named for it."""
        return 0.0 if self.validation or self.validation_groups else self.validation_fraction

    def resolved(self, directory: Path) -> DataConfig:
        """The same with paths taken relative to ``directory``."""
        return self.model_copy(
            update={name: [directory / path for path in getattr(self, name)] for name in FILES}
        )


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

    @property
    def weights(self) -> tuple[float, float, float]:
        """Those of energies, forces and stresses."""
        return self.energy_weight, self.force_weight, self.stress_weight

    @model_validator(mode="after")
    def _something_to_fit(self) -> LossConfig:
        if not any(self.weights):
            raise ValueError(
                "must give weight to something: energy_weight, force_weight and stress_weight are all 0"
            )
        return self


ACTIVATIONS = {"tanh": "t", "softplus": "p", "sigmoid": "s", "gaussian": "g", "cos": "c", "scaled_tanh": "T"}
"""Names of the activation functions and their letters in input.nn."""


class NetworkConfig(StrictModel):
    """The network of each element: hidden layers of one activation, and one linear output."""

    hidden: Hidden = [25, 25]
    activation: Literal["tanh", "softplus", "sigmoid", "gaussian", "cos", "scaled_tanh"] = "tanh"
    initial_weights: Literal["glorot", "nguyen_widrow"] = "glorot"
    dropout: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0
    members: Members = 1
    """Networks of a committee: they share the functions and the batches, not the first weights."""


class KalmanConfig(StrictModel):
    """The multi-stream extended Kalman filter with fading memory."""

    blocks: Literal["all", "element", "layer", "node"] = "node"
    """Weights whose errors' covariances the filter follows."""
    precision: Literal["float64", "float32"] = "float64"
    """The precision of the covariances."""
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
    """The momentum of ``momentum`` and ``nesterov``."""
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


class RunConfig(StrictModel):
    """Epochs, batches, reasons to stop, and the machine."""

    precision: Literal["float64", "float32"] = "float32"
    epochs: Epochs = 1000
    batch_size: BatchSize = 8
    patience: PositiveInt | None = None
    """Epochs without a better validation loss after which training ends."""
    seed: Seed = 0
    start_from: Path | None = None
    """A model directory whose functions and weights are taken over."""
    max_minutes: Positive | None = None
    checkpoint_seconds: NotNegative = 10.0
    threads: Threads | None = None
    jacobian: Literal["auto", "stored", "on_the_fly"] = "auto"
    """Where derivatives of the symmetry functions come from; ``auto`` stores them within the memory limit."""
    memory_limit: Positive | None = None
    """GB; None for two fifths of what the machine has, whatever else runs on it."""


MACHINE = {"start_from", "max_minutes", "checkpoint_seconds", "threads", "jacobian", "memory_limit"}
"""Keys of ``training`` that may change between the parts of a run."""


class Configuration(StrictModel):
    """A whole configuration of a training, whatever is trained; units are eV and Å throughout."""

    if TYPE_CHECKING:  # each kind has them, in an order of its own
        data: DataConfig
        optimizer: OptimizerConfig = OptimizerConfig()
        training: RunConfig = RunConfig()

    def values(self) -> dict[str, Any]:
        """All keys and values, as they may be read again."""
        return self.model_dump(mode="json", by_alias=True)

    def fingerprint(self) -> str:
        """What decides the weights, as text: all but the file names, the time limit and the machine.

        The number of epochs is left out where nothing depends on it but when to stop.
        """
        training = MACHINE if self.optimizer.depends_on_epochs else MACHINE | {"epochs"}
        return self.model_dump_json(by_alias=True, exclude={"data": FILES, "training": training})

    def resolved(self, directory: Path) -> Self:
        """The same with all file names taken relative to ``directory``."""
        start, training = self.training.start_from, self.training
        if start:
            training = training.model_copy(update={"start_from": directory / start})
        return self.model_copy(update={"data": self.data.resolved(directory), "training": training})

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read and check a configuration; its file names are relative to its own directory.

        Raises
        ------
        FileFormatError
            If the file is not YAML.
        InvalidInputError
            If a key is unknown, missing or has a wrong value; one line that names each.
        """
        return read_yaml(cls, Path(path)).resolved(Path(path).parent)


def template_text(name: str) -> str:
    """A complete commented configuration that comes with the package, itself valid."""
    return resources.files("nnpot.training").joinpath(name).read_text(encoding="utf-8")
