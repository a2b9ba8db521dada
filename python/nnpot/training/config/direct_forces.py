"""The configuration of ``nnpot train-forces``: networks that put out forces."""

from __future__ import annotations

import math
import os
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from nnpot.descriptors.settings import CutoffType, DescriptorConfig, Numbers
from nnpot.support.limited_types import BatchSize, Epochs, Hidden, Length
from nnpot.support.limits import MOST_FUNCTIONS
from nnpot.support.yaml_file import Finite, Positive, StrictModel
from nnpot.training.config.sections import (
    ACTIVATIONS,
    Configuration,
    DataConfig,
    OptimizerConfig,
    RunConfig,
    template_text,
)

LETTERS = {**ACTIVATIONS, "relu": "r"}
"""Names of the activation functions of direct force networks, and their letters in network files."""

ONLY_OF = {
    "ellipsoids": {"axes", "stretch"},
    "equivariant": {"products", "invariants"},
}
"""Keys of ``features`` that only one kind has."""

OF_POTENTIALS = {"start_from", "jacobian", "memory_limit"}
"""Keys of ``training`` that only a training of a potential has."""


class FeaturesConfig(StrictModel):
    """What the networks see of an atom's neighbors."""

    kind: Literal["spheres", "ellipsoids", "equivariant"]
    cutoff: Length
    """Å"""
    cutoff_type: CutoffType = "cosine"
    eta: Numbers | None = None
    """1/Å²; None for ``gaussians`` that begin at the nearest distance of the training frames."""
    r_shift: Numbers = [0.0]
    """Å; every eta with every shift."""
    gaussians: Annotated[int, Field(ge=1, le=MOST_FUNCTIONS)] = 12
    """How many, where no eta is given."""
    axes: Annotated[list[list[Finite]], Field(min_length=1)] = [
        [1.0, 0.0, 0.0],
        [0.0, 1.0, 0.0],
        [0.0, 0.0, 1.0],
    ]
    stretch: Positive = 1.5
    products: Annotated[int, Field(ge=0, le=MOST_FUNCTIONS)] = 3
    """The number of Gaussians whose vectors' dot products are inputs."""
    invariants: DescriptorConfig | None = None
    """Symmetry functions that are inputs; None for the automatic set with the same cutoff."""

    @field_validator("eta")
    @classmethod
    def _eta_not_negative(cls, values: list[float] | None) -> list[float] | None:
        if values is not None and (not values or min(values) < 0.0 or len(set(values)) < len(values)):
            raise ValueError(f"must be different numbers >= 0 (1/Å²), got {values}")
        return values

    @field_validator("axes")
    @classmethod
    def _directions(cls, axes: list[list[float]]) -> list[list[float]]:
        for axis in axes:
            if len(axis) != 3 or math.hypot(*axis) == 0.0:
                raise ValueError(f"must be vectors of three components, not all 0, got {axis}")
        return axes

    @model_validator(mode="after")
    def _keys_of_the_kind(self) -> FeaturesConfig:
        for kind, keys in ONLY_OF.items():
            for key in sorted(keys & self.model_fields_set):
                if kind != self.kind:
                    raise ValueError(f"must not have {key} with kind {self.kind}: it is for {kind}")
        if self.eta is None and "r_shift" in self.model_fields_set:
            raise ValueError("must have eta where it has r_shift")
        if self.eta is not None and "gaussians" in self.model_fields_set:
            raise ValueError("must not have both eta and gaussians")
        return self

    @property
    def symmetry_functions(self) -> DescriptorConfig:
        """Those of equivariant features."""
        return self.invariants or DescriptorConfig(cutoff=self.cutoff)


class ForceNetworkConfig(StrictModel):
    """The network of each element."""

    hidden: Hidden = [30, 30]
    activation: Literal["scaled_tanh", "tanh", "softplus", "sigmoid", "gaussian", "cos", "relu"] = (
        "scaled_tanh"
    )
    """``scaled_tanh`` is 1.7159 tanh(2x/3) + 0.001x."""
    initial_weights: Literal["glorot", "nguyen_widrow"] = "glorot"


class ForceRunConfig(RunConfig):
    """Epochs, batches of atoms, reasons to stop, and the machine."""

    epochs: Epochs = 100
    batch_size: BatchSize = 256
    """Atoms, of all elements together."""

    @model_validator(mode="after")
    def _nothing_of_potentials(self) -> ForceRunConfig:
        for key in sorted(OF_POTENTIALS & self.model_fields_set):
            raise ValueError(f"must not have {key}: it is for potentials")
        return self


class DirectForceConfig(Configuration):
    """Everything ``nnpot train-forces`` needs to know; units are eV and Å throughout."""

    data: DataConfig
    features: FeaturesConfig
    network: ForceNetworkConfig = ForceNetworkConfig()
    loss: Literal["mse", "mae"] = "mse"
    optimizer: OptimizerConfig = OptimizerConfig()
    training: ForceRunConfig = ForceRunConfig()

    @model_validator(mode="after")
    def _gradient_optimizer(self) -> DirectForceConfig:
        if self.optimizer.name == "kalman":
            raise ValueError("must have one of Keras's optimizers, such as adam: kalman is for potentials")
        return self

    @model_validator(mode="after")
    def _positions(self) -> DirectForceConfig:
        if self.data.has_features:
            raise ValueError("data must not be feature files: direct forces need positions")
        if self.features.invariants is not None:
            self.features.invariants.require_units(self.data.units)
        return self

    def values(self) -> dict[str, Any]:
        """All keys and values, as they may be read again."""
        chosen = {key for keys in ONLY_OF.values() for key in keys} - ONLY_OF.get(self.features.kind, set())
        chosen |= {"r_shift"} if self.features.eta is None else {"gaussians"}
        chosen |= {name for name in ("eta", "invariants") if getattr(self.features, name) is None}
        exclude: Any = {"features": chosen, "training": OF_POTENTIALS}
        return self.model_dump(mode="json", by_alias=True, exclude=exclude)


def load_force_config(path: str | os.PathLike[str]) -> DirectForceConfig:
    """Read and check a configuration; its file names are relative to its own directory.

    Raises
    ------
    FileFormatError
        If the file is not YAML.
    InvalidInputError
        If a key is unknown, missing or has a wrong value; one line that names each.
    """
    return DirectForceConfig.load(path)


def force_template() -> str:
    """A complete commented configuration, itself valid."""
    return template_text("direct_forces_template.yaml")
