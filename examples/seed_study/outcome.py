"""What came out: errors of all seeds on the test frames, their medians, and the bars to meet."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms
from bars import Bar, summary_of_bars

from nnpot.analysis.errors import ErrorStatistics
from nnpot.analysis.predictions import Predictions, mean_predictions, predict_frames
from nnpot.analysis.statistical_error import UNKNOWN, Estimate, median_of
from nnpot.io import require_labels
from nnpot.models.potential import load
from nnpot.support.files import atomic_write
from nnpot.training import TrainingConfig
from nnpot.training.frames import load_frames
from seed_study.seeds import SeedRun
from seed_study.study import Goal, Range, Study

ENERGY, FORCE = "energy_rmse_mev_per_atom", "force_rmse_mev_per_angstrom"

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
        """Over the seeds, of an error on the test frames or on a group of them."""
        return float(np.median(self._values(name, group)))

    def median_estimate(self, name: str) -> Estimate:
        """The same with its standard error, from the scatter of the seeds; of few it is unknown."""
        values = self._values(name)
        return median_of(values) if len(values) >= FEWEST else Estimate(self.median(name), UNKNOWN)

    def range(self, name: str) -> Range:
        """Smallest and largest of the seeds."""
        values = self._values(name)
        return min(values), max(values)

    @property
    def minutes(self) -> Range:
        """Of the fastest and of the slowest seed."""
        values = [one.run.minutes for one in self.seeds]
        return min(values), max(values)

    def bars(self) -> list[Bar]:
        """What the potentials must reach."""
        energy, force = self.median_estimate(ENERGY), self.median_estimate(FORCE)
        return [
            Bar.of("energy RMSE, test frames, median", energy, self.goal.energy, "meV/atom"),
            Bar.of("force RMSE, test frames, median", force, self.goal.force, "meV/Å"),
            Bar.time("time of training, slowest seed", self.minutes[1], self.goal.minutes, "min"),
        ]

    def _values(self, name: str, group: str | None = None) -> list[float]:
        found = [one.errors if group is None else one.errors.groups[group] for one in self.seeds]
        return [getattr(errors, name) for errors in found]


def frames_to_judge_by(config: TrainingConfig, file: Path) -> list[Atoms]:
    """The frames to judge by, read as those for training were; each says where it comes from."""
    frames = load_frames(config.data.model_copy(update={"test": [file]})).test
    require_labels(frames, forces=True, where=file)
    return frames


def judge(run: SeedRun, directory: Path, frames: list[Atoms], file: Path) -> Judged:
    """Predict the test frames with the exported model, of a committee the mean."""
    said = [predict_frames(load(directory / model), frames, file) for model in run.models]
    return Judged(run, directory, mean_predictions(said))


def write_summary(outcome: Outcome, output: Path) -> Path:
    """All figures in summary.json."""
    file = output / "summary.json"
    with atomic_write(file) as stream:
        json.dump(_summary(outcome), stream, indent=2, ensure_ascii=False)
        stream.write("\n")
    return file


def _summary(outcome: Outcome) -> dict[str, Any]:
    median = {name: outcome.median(name) for name in (ENERGY, FORCE)}
    return {
        "example": outcome.study.name,
        "test_file": str(outcome.test_file),
        "seeds": [asdict(one.run) | {"test": one.errors.to_dict()} for one in outcome.seeds],
        "median": median | {"minutes": float(np.median([one.run.minutes for one in outcome.seeds]))},
        "bars": summary_of_bars(outcome.bars()),
        "published": [asdict(other) for other in outcome.study.published],
        "cores": len(os.sched_getaffinity(0)),
        "configuration": outcome.config.values(),
    }
