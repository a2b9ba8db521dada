"""What a kind of training must offer; `nnpot.training.session.run` does all the rest."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import ClassVar, Generic, TypeVar

from ase import Atoms

from nnpot.analysis.errors import ErrorStatistics
from nnpot.analysis.predictions import Predictions
from nnpot.figures.report import Report
from nnpot.training.config.sections import Configuration
from nnpot.training.data.frames import Split
from nnpot.training.optimizers.distributed import Alone
from nnpot.training.session.checkpoint import State, Stop
from nnpot.training.session.epochs import EpochTrainer

Result = TypeVar("Result")


@dataclass(frozen=True)
class Evaluation:
    """What the exported models say about each part of the data."""

    parts: dict[str, Predictions]
    """What the model says, or the mean of a committee, for ``train``, ``validation``, ``test`` if given."""
    members: dict[str, list[ErrorStatistics]]
    """The errors of each member alone."""
    before: dict[str, ErrorStatistics]
    """Errors of the model that the training started from, if it did."""


@dataclass(frozen=True)
class Trained:
    """What came of a training."""

    split: Split
    state: State
    stop: Stop
    models: Sequence[Path]
    """Directories of the exported models."""
    evaluation: Evaluation
    charged: Sequence[str]
    """The elements whose charges are part of the model."""

    @property
    def interrupted(self) -> bool:
        """Whether Ctrl-C or SIGTERM ended it."""
        return self.stop is Stop.INTERRUPTED

    @property
    def frames_per_second(self) -> float:
        """Training frames that an average second of an epoch went through."""
        return self.state.epoch * len(self.split.train) / max(self.state.seconds, 1e-9)


class Job(ABC, Generic[Result]):
    """One kind of training: what is different from the others, called in the order of its methods."""

    config: Configuration
    n_members: int = 1
    """Models that are trained at once."""
    title: ClassVar[str]
    """The title of the report."""
    caution: ClassVar[str] = ""
    """What the report says to all who use such a model."""
    command: ClassVar[str]
    """The command that does the same again."""
    rate: str = "Learning rate"
    """What the optimizer's rate is called."""

    @cached_property
    def distribution(self) -> Alone:
        """The devices and processes that train together."""
        return Alone()

    def start(self) -> str:
        """Read what the training starts from; its fingerprint."""
        return ""

    @abstractmethod
    def prepare(self, split: Split) -> EpochTrainer:
        """All that is fixed before the first epoch, and what trains."""

    @abstractmethod
    def export(self, member: int, directory: Path, info: dict[str, str]) -> None:
        """Write the model of a member, with where it comes from, into a directory that exists."""

    @abstractmethod
    def verify(self, directory: Path, frames: Sequence[Atoms]) -> float:
        """The largest relative difference of TensorFlow and the C++ core on an exported model."""

    @abstractmethod
    def evaluate(self, models: Sequence[Path], split: Split) -> Evaluation:
        """Predict each part of the data with the C++ core."""

    @abstractmethod
    def warnings(self, evaluation: Evaluation) -> list[str]:
        """What the models are worse in than none."""

    @abstractmethod
    def describe(self, report: Report, trained: Trained) -> None:
        """Say in a report what was trained, and on what."""

    @abstractmethod
    def result(self, trained: Trained, report: Path) -> Result:
        """What the caller is given."""
