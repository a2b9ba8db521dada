"""The configuration of a training: one YAML file, checked whole before any work."""

from __future__ import annotations

import os
from importlib import resources
from pathlib import Path

from nnpot.training.config.data import FILES, DataConfig, LabelsConfig
from nnpot.training.config.descriptor import CUTOFF_TYPES, DescriptorConfig, SymmetryFunctionGrid
from nnpot.training.config.loss import LossConfig
from nnpot.training.config.network import ACTIVATIONS, NetworkConfig
from nnpot.training.config.optimizer import KalmanConfig, OptimizerConfig
from nnpot.training.config.training import RunConfig
from nnpot.yaml_file import StrictModel, read_yaml

__all__ = [
    "ACTIVATIONS",
    "CUTOFF_TYPES",
    "DataConfig",
    "DescriptorConfig",
    "KalmanConfig",
    "LabelsConfig",
    "LossConfig",
    "NetworkConfig",
    "OptimizerConfig",
    "RunConfig",
    "SymmetryFunctionGrid",
    "TrainingConfig",
    "load_config",
    "template",
]

MACHINE = {"start_from", "max_minutes", "checkpoint_seconds", "threads", "jacobian", "memory_limit"}
"""Keys of ``training`` that may change between the parts of a run."""


class TrainingConfig(StrictModel):
    """Everything ``nnpot train`` needs to know; units are eV and Å throughout."""

    data: DataConfig
    descriptor: DescriptorConfig
    network: NetworkConfig = NetworkConfig()
    loss: LossConfig = LossConfig()
    optimizer: OptimizerConfig = OptimizerConfig()
    training: RunConfig = RunConfig()

    def fingerprint(self) -> str:
        """What decides the weights, as text: all but the file names, the time limit and the machine."""
        return self.model_dump_json(by_alias=True, exclude={"data": FILES, "training": MACHINE})

    def resolved(self, directory: Path) -> TrainingConfig:
        """The same with all file names taken relative to ``directory``."""
        start = self.training.start_from
        training = (
            self.training.model_copy(update={"start_from": directory / start}) if start else self.training
        )
        return self.model_copy(update={"data": self.data.resolved(directory), "training": training})


def load_config(path: str | os.PathLike[str]) -> TrainingConfig:
    """Read and check a configuration; its file names are relative to its own directory.

    Raises
    ------
    FileFormatError
        If the file is not YAML.
    InvalidInputError
        If a key is unknown, missing or has a wrong value; one line that names each.
    """
    return read_yaml(TrainingConfig, Path(path)).resolved(Path(path).parent)


def template() -> str:
    """A complete commented configuration, itself valid."""
    return resources.files("nnpot.training").joinpath("template.yaml").read_text(encoding="utf-8")
