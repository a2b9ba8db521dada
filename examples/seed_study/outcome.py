"""What came out: errors of all seeds on the test frames, their medians, and the bars to meet."""

import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms
from seeds import ENERGY, FORCE, SeedRun
from study import Goal, Range, Study

from nnpot import load
from nnpot.analysis.errors import ErrorStatistics
from nnpot.analysis.predictions import Predictions, mean_predictions, predict_frames
from nnpot.analysis.statistical_error import UNKNOWN, Estimate, median_of
from nnpot.io import require_labels
from nnpot.study import Bar
from nnpot.training import TrainingConfig

FEWEST = 3
"""Seeds from which a scatter can be told: that of two may be anything."""


@dataclass(frozen=True)
class Judged:
    """A finished training, its directory, and what its model says about the test frames."""

    run: SeedRun
    directory: Path
    predictions: Predictions

    @property
    def errors(self) -> ErrorStatistics:
        """On the test frames."""
        return self.predictions.errors


@dataclass(frozen=True)
class Outcome:
    """All seeds of a study."""

    study: Study
    goal: Goal
    config: TrainingConfig
    test_file: Path
    seeds: list[Judged]

    @property
    def middle(self) -> Judged:
        """The seed with the median error of forces; of an even number the better one."""
        ranked = sorted(self.seeds, key=lambda one: getattr(one.errors, FORCE))
        return ranked[(len(ranked) - 1) // 2]

    def median(self, name: str, group: str | None = None) -> float:
        """The median over the seeds of an error on the test frames or on a group of them."""
        return float(np.median(self._values(name, group)))

    def range(self, name: str) -> Range:
        """Smallest and largest of the seeds."""
        return extremes(self._values(name))

    @property
    def minutes(self) -> Range:
        """Of the fastest and of the slowest seed."""
        return extremes(one.run.minutes for one in self.seeds)

    def bars(self) -> list[Bar]:
        """What the potentials must reach; the error of a median is that of the scatter of the seeds."""
        found = []
        for name in (ENERGY, FORCE):
            values = self._values(name)
            few = Estimate(self.median(name), UNKNOWN)
            found.append(median_of(values) if len(values) >= FEWEST else few)
        return [
            Bar.of("energy RMSE, test frames, median", found[0], self.goal.energy, "meV/atom"),
            Bar.of("force RMSE, test frames, median", found[1], self.goal.force, "meV/Å"),
            Bar.time("time of training, slowest seed", self.minutes[1], self.goal.minutes, "min"),
        ]

    def summary(self) -> dict[str, Any]:
        """All figures, for summary.json."""
        median = {name: self.median(name) for name in (ENERGY, FORCE)}
        return {
            "example": self.study.name,
            "test_file": str(self.test_file),
            "seeds": [asdict(one.run) | {"test": one.errors.to_dict()} for one in self.seeds],
            "median": median | {"minutes": float(np.median([one.run.minutes for one in self.seeds]))},
            "published": [asdict(other) for other in self.study.published],
            "cores": len(os.sched_getaffinity(0)),
            "configuration": self.config.values(),
        }

    def _values(self, name: str, group: str | None = None) -> list[float]:
        found = [one.errors if group is None else one.errors.groups[group] for one in self.seeds]
        return [getattr(errors, name) for errors in found]


def extremes(values: Iterable[float]) -> Range:
    """The lowest and the highest."""
    found = list(values)
    return min(found), max(found)


def judge(run: SeedRun, directory: Path, frames: list[Atoms], file: Path) -> Judged:
    """Predict the test frames with the exported model, of a committee the mean."""
    require_labels(frames, forces=True, where=file)
    said = [predict_frames(load(directory / model), frames, file) for model in run.models]
    return Judged(run, directory, mean_predictions(said))
