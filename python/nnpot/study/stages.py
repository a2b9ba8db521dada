"""From a recipe to a tested model: the stages that studies have in common."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from nnpot.analysis.predictions import Predictions, predict_frames
from nnpot.io import read_frames, write_frames
from nnpot.models.potential import load
from nnpot.reference.recipe import load_recipe
from nnpot.reference.sampling import sample
from nnpot.support import farm
from nnpot.support.announce import PROGRESS, announce
from nnpot.support.files import atomic_directory
from nnpot.training import TrainingConfig, train

TEST_FRACTION = 0.2
Settings = TypeVar("Settings", bound=BaseModel)


@contextlib.contextmanager
def stage(name: str, title: str, times: dict[str, float]) -> Iterator[None]:
    """Say what is being done, and keep how many seconds it took in ``times``."""
    print(f"{title} ...", flush=True)
    start = time.perf_counter()
    yield
    times[name] = time.perf_counter() - start
    print(f"  done in {times[name]:.0f} s", flush=True)


def sample_frames(recipe: Path, output: Path, fraction: float = 1.0, seed: int = 1) -> None:
    """Write a fraction of a recipe's frames to train.xyz, and some of other trajectories to test.xyz.

    Two processes at once; seeds 1, 2, ... are 1 and 2, 3 and 4, ... for the two files.
    """
    jobs = [
        (recipe, output / "train.xyz", 2 * seed - 1, fraction, True),
        (recipe, output / "test.xyz", 2 * seed, fraction * TEST_FRACTION, False),
    ]
    farm.run_all(_sample_one, jobs, 2)


def _sample_one(job: tuple[Path, Path, int, float, bool]) -> None:
    """Sample a fraction of a recipe's frames; only those of one job show their progress."""
    recipe, file, seed, fraction, shown = job
    with contextlib.ExitStack() as stack:
        if shown:
            announce(PROGRESS)
        else:
            stack.enter_context(contextlib.redirect_stderr(stack.enter_context(open(os.devnull, "w"))))
        write_frames(file, list(sample(load_recipe(recipe).reduced(fraction), seed)))


def changed(settings: Settings, changes: Mapping[str, Any]) -> Settings:
    """Settings with some values replaced; changes of a section stand in a mapping of their own.

    For example ``changed(config, {"training": {"epochs": 5}})``.
    """
    sections = {name: getattr(settings, name) for name in changes}
    found = {
        name: changed(sections[name], value)
        if isinstance(value, Mapping) and isinstance(sections[name], BaseModel)
        else value
        for name, value in changes.items()
    }
    return settings.model_copy(update=found)


def seeded(config: TrainingConfig, seed: int) -> TrainingConfig:
    """A configuration with another seed of the split and of the weights."""
    return changed(config, {"data": {"seed": seed}, "training": {"seed": seed}})


def train_on(frames: Path, config: TrainingConfig, output: Path) -> Path:
    """Train on a file of frames, leave ``training/`` and ``model/`` in ``output``, and give the log."""
    shutil.rmtree(output / "training", ignore_errors=True)
    train(changed(config, {"data": {"train": [frames]}}), output / "training")
    with atomic_directory(output / "model") as model:
        shutil.copytree(output / "training" / "model", model, dirs_exist_ok=True)
    return output / "training" / "log.csv"


def evaluate(model: Path, file: Path) -> Predictions:
    """What a potential says about the frames of a file."""
    return predict_frames(load(model), read_frames(file), file)


def read_log(file: Path) -> dict[str, NDArray[np.float64]]:
    """The columns of the log of a training (log.csv) by name, each of shape (n_epochs,)."""
    log = np.atleast_1d(np.genfromtxt(file, delimiter=",", names=True))
    return {name: log[name] for name in log.dtype.names or ()}
