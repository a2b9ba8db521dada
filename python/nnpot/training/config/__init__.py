"""The configuration of a training: one YAML file, checked whole before any work."""

from __future__ import annotations

import os
from typing import Any

from pydantic import model_validator

from nnpot.descriptors.settings import CUTOFF_TYPES, DescriptorConfig, SymmetryFunctionGrid
from nnpot.training.config.sections import (
    ACTIVATIONS,
    Configuration,
    DataConfig,
    KalmanConfig,
    LabelsConfig,
    LongRangeConfig,
    LossConfig,
    NetworkConfig,
    OptimizerConfig,
    RunConfig,
    template_text,
)

__all__ = [
    "ACTIVATIONS",
    "CUTOFF_TYPES",
    "DataConfig",
    "DescriptorConfig",
    "KalmanConfig",
    "LabelsConfig",
    "LongRangeConfig",
    "LossConfig",
    "NetworkConfig",
    "OptimizerConfig",
    "RunConfig",
    "SymmetryFunctionGrid",
    "TrainingConfig",
    "load_config",
    "template",
]

MODEL_DECIDES = {"hidden", "activation", "initial_weights"}
"""Keys of ``network`` that have no meaning where training starts from a model."""

OF_POSITIONS = {"loss": {"force_weight", "stress_weight"}, "training": {"jacobian", "memory_limit"}}
"""Keys that have no meaning where training is on feature files."""

KALMAN_EPOCHS = 50
"""Where no number is given: the filter does in a few passes what takes others hundreds."""


class TrainingConfig(Configuration):
    """Everything ``nnpot train`` needs to know; units are eV and Å throughout."""

    data: DataConfig
    descriptor: DescriptorConfig | None = None
    network: NetworkConfig = NetworkConfig()
    long_range: LongRangeConfig | None = None
    loss: LossConfig = LossConfig()
    optimizer: OptimizerConfig = OptimizerConfig()
    training: RunConfig = RunConfig()

    @model_validator(mode="after")
    def _functions_from_somewhere(self) -> TrainingConfig:
        if self.data.has_features:
            self._require_nothing_of_positions()
            return self
        if self.training.start_from is None and self.descriptor is None:
            raise ValueError("must have a section descriptor, or a model in training.start_from")
        if self.training.start_from is not None and self.descriptor is not None:
            raise ValueError(
                "must not have a section descriptor beside training.start_from: the model has its own"
            )
        for key in sorted(MODEL_DECIDES & self.network.model_fields_set):
            if self.training.start_from is not None:
                raise ValueError(
                    f"must not have network.{key} beside training.start_from: the model has its own"
                )
        if self.descriptor is not None:
            self.descriptor.require_units(self.data.units)
        return self

    def _require_nothing_of_positions(self) -> None:
        """Feature files hold no positions, so what speaks of them is a mistake."""
        found = {
            "descriptor": self.descriptor is not None,
            "long_range": self.long_range is not None,
            "training.start_from": self.training.start_from is not None,
            "optimizer.name: kalman": self.optimizer.name == "kalman",
        }
        found |= {f"loss.{key}": key in self.loss.model_fields_set for key in sorted(OF_POSITIONS["loss"])}
        found |= {
            f"training.{key}": key in self.training.model_fields_set
            for key in sorted(OF_POSITIONS["training"])
        }
        names = ", ".join(name for name, present in found.items() if present)
        if names:
            raise ValueError(
                f"must not have {names} beside feature files: these hold features and energies, no positions "
                f"and forces; leave it out"
            )

    @model_validator(mode="before")
    @classmethod
    def _fewer_epochs_with_kalman(cls, values: Any) -> Any:
        """The default of the number of epochs depends on the optimizer."""
        if not isinstance(values, dict):
            return values
        optimizer, training = values.get("optimizer"), values.get("training", {})
        name = optimizer.get("name") if isinstance(optimizer, dict) else getattr(optimizer, "name", None)
        if name == "kalman" and isinstance(training, dict) and "epochs" not in training:
            return values | {"training": training | {"epochs": KALMAN_EPOCHS}}
        return values

    def values(self) -> dict[str, Any]:
        """All keys and values, as they may be read again."""
        start = self.training.start_from
        exclude: Any = {"descriptor": True, "network": MODEL_DECIDES} if start is not None else {}
        if self.data.has_features:
            exclude = {"descriptor": True, "long_range": True} | OF_POSITIONS
        return self.model_dump(mode="json", by_alias=True, exclude=exclude)

    @model_validator(mode="after")
    def _kalman_fits_squares(self) -> TrainingConfig:
        found = {
            f"loss.function: {self.loss.function}": self.loss.function != "mse",
            f"loss.l1: {self.loss.l1:g}": self.loss.l1 > 0.0,
            f"loss.l2: {self.loss.l2:g}": self.loss.l2 > 0.0,
            f"network.dropout: {self.network.dropout:g}": self.network.dropout > 0.0,
            "training.jacobian: on_the_fly": self.training.jacobian == "on_the_fly",
        }
        if self.optimizer.name == "kalman" and any(found.values()):
            names = ", ".join(name for name, present in found.items() if present)
            raise ValueError(
                f"optimizer.name: kalman fits plain squared errors with stored derivatives, not with "
                f"{names}; take another optimizer or leave it out"
            )
        return self


def load_config(path: str | os.PathLike[str]) -> TrainingConfig:
    """Read and check a configuration; its file names are relative to its own directory.

    Raises
    ------
    FileFormatError
        If the file is not YAML.
    InvalidInputError
        If a key is unknown, missing or has a wrong value; one line that names each.
    """
    return TrainingConfig.load(path)


def template() -> str:
    """A complete commented configuration, itself valid."""
    return template_text("template.yaml")
