"""What a study is about: data, goals, and what others reached on the same data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nnpot.errors import InvalidInputError

Range = tuple[float, float]
"""Lowest and highest; twice the same where there is one value."""


@dataclass(frozen=True)
class Goal:
    """What the median of the seeds must reach on the test frames, and the slowest of them in time."""

    energy: float
    """meV/atom"""
    force: float
    """meV/Å"""
    minutes: float


@dataclass(frozen=True)
class Published:
    """Errors on the same test frames by another potential or code."""

    name: str
    energy: Range
    """meV/atom"""
    force: Range
    """meV/Å"""
    minutes: str = ""
    """Of training, in words, where known."""


@dataclass(frozen=True)
class Study:
    """Data that are given, and what is asked of a potential for them."""

    name: str
    title: str
    inputs: Path
    """Where train.yaml and quick.yaml are."""
    data: Path
    """Where the data are expected."""
    train_file: str
    test_file: str
    origin: str
    """How to get the data, for who has none."""
    goal: Goal
    quick_goal: Goal
    published: tuple[Published, ...]

    def files(self, directory: Path) -> tuple[Path, Path]:
        """The training and the test file in a directory.

        Raises
        ------
        InvalidInputError
            If one of them is not there.
        """
        train, test = directory / self.train_file, directory / self.test_file
        for file in (train, test):
            if not file.is_file():
                raise InvalidInputError(f"{file}: not found; name its directory by --data. {self.origin}")
        return train, test
