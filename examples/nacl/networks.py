"""The networks that are compared: with and without charges, at several cutoffs, all else the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nnpot import load
from nnpot.analysis.predictions import Predictions
from nnpot.study import Task, changed, evaluate, read_log, run_tasks, train_on, version_of
from nnpot.training import TrainingConfig

SHORT, LONG, RECIPROCAL = "short-ranged", "long-ranged", "reciprocal"


@dataclass(frozen=True)
class Network:
    """What makes a network differ from the others."""

    kind: str
    cutoff: float
    """Å"""

    @property
    def name(self) -> str:
        """Also of its folder."""
        return f"{self.kind}, {self.cutoff:g} Å"

    def configured(self, base: TrainingConfig) -> TrainingConfig:
        """A training of the long-ranged network made into one of this."""
        assert base.long_range is not None, "train.yaml has charges"
        charged = base.long_range
        if self.kind == RECIPROCAL:  # what it leaves to the network must end within the network's cutoff
            charged = changed(charged, {"form": "reciprocal", "alpha": None, "real_cutoff": None})
        own = None if self.kind == SHORT else charged
        return changed(base, {"descriptor": {"cutoff": self.cutoff}, "long_range": own})


@dataclass(frozen=True)
class Trained:
    """A network after its training."""

    network: Network
    folder: Path
    predictions: Predictions
    """Of the test frames."""

    @property
    def model(self) -> Path:
        """Its model."""
        return self.folder / "model"

    @property
    def charges(self) -> dict[str, float]:
        """Learned, e; empty without any."""
        return load(self.model).charges

    def log(self) -> dict[str, NDArray[np.float64]]:
        """The columns of its training's log."""
        return read_log(self.folder / "training" / "log.csv")


def train_networks(
    networks: Sequence[Network], base: TrainingConfig, output: Path, processes: int
) -> dict[Network, Trained]:
    """Train all that are not trained yet on train.xyz, several at once, and evaluate them on test.xyz."""
    frames = output / "train.xyz"
    folders = {
        network: output / "networks" / network.name.replace(" Å", "").replace(", ", "-")
        for network in networks
    }
    tasks = [
        Task(network.name, "training", network.cutoff**2, train_one, (config, frames, folders[network]))
        for network in networks
        for config in [network.configured(base).model_dump_json(by_alias=True)]
    ]
    run_tasks(tasks, processes, output / "networks" / "done", version_of(frames), "training")
    test = output / "test.xyz"
    return {
        network: Trained(network, folder, evaluate(folder / "model", test))
        for network, folder in folders.items()
    }


def train_one(config: str, frames: Path, folder: Path) -> str:
    """Train with a configuration as text, which is the same in every process, unlike a pickled one."""
    return str(train_on(frames, TrainingConfig.model_validate_json(config), folder))
