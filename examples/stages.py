"""From a recipe to a tested model: the stages that the examples have in common."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from nnpot.analysis.predictions import Predictions, predict_frames
from nnpot.io import read_frames, write_frames
from nnpot.models.potential import load
from nnpot.reference.recipe import load_recipe
from nnpot.reference.sampling import sample
from nnpot.support import farm
from nnpot.support.announce import PROGRESS, announce
from nnpot.support.files import atomic_directory

if TYPE_CHECKING:
    from nnpot.training import TrainingConfig

TEST_FRACTION = 0.2


@contextlib.contextmanager
def stage(name: str, title: str, times: dict[str, float]) -> Iterator[None]:
    """Say what is being done, and keep how long it took."""
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
    farm.run_all(sample_one, jobs, 2)


def sample_one(job: tuple[Path, Path, int, float, bool]) -> None:
    """Sample a fraction of a recipe's frames; only those of one job show their progress."""
    recipe, file, seed, fraction, shown = job
    with contextlib.ExitStack() as stack:
        if shown:
            announce(PROGRESS)
        else:
            stack.enter_context(contextlib.redirect_stderr(stack.enter_context(open(os.devnull, "w"))))
        write_frames(file, list(sample(load_recipe(recipe).reduced(fraction), seed)))


def train(config_file: Path, output: Path, seed: int | None = None) -> Path:
    """Train on train.xyz and copy the model to where it is looked for; gives the log.

    ``seed`` replaces those of the configuration, of the split and of the weights.
    """
    from nnpot.training import load_config

    config = load_config(config_file)
    return train_configured(config if seed is None else seeded(config, seed), output / "train.xyz", output)


def seeded(config: TrainingConfig, seed: int) -> TrainingConfig:
    """A configuration with another seed of the split and of the weights."""
    data = config.data.model_copy(update={"seed": seed})
    training = config.training.model_copy(update={"seed": seed})
    return config.model_copy(update={"data": data, "training": training})


def train_configured(config: TrainingConfig, frames: Path, output: Path) -> Path:
    """The same with a configuration that is read, and frames from anywhere."""
    from nnpot.training import train as train_network

    data = config.data.model_copy(update={"train": [frames]})
    shutil.rmtree(output / "training", ignore_errors=True)
    train_network(config.model_copy(update={"data": data}), output / "training")
    with atomic_directory(output / "model") as model:
        shutil.copytree(output / "training" / "model", model, dirs_exist_ok=True)
    return output / "training" / "log.csv"


def evaluate(output: Path) -> Predictions:
    """What the exported model says about test.xyz."""
    return evaluate_model(output / "model", output / "test.xyz")


def evaluate_model(model: Path, file: Path) -> Predictions:
    """What a model says about the frames of a file."""
    return predict_frames(load(model), read_frames(file), file)
