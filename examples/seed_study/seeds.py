"""Trains a network for each seed, one after the other; what is finished is not done again."""

import hashlib
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nnpot.study import seeded, write_json
from nnpot.training import TrainingConfig, train

ENERGY, FORCE = "energy_rmse_mev_per_atom", "force_rmse_mev_per_angstrom"
RESULT = "result.json"


@dataclass(frozen=True)
class SeedRun:
    """A finished training."""

    seed: int
    models: list[str]
    """Directories in that of the run: one, or those of a committee."""
    minutes: float
    """From reading the data to the last model on the disk; if it was broken off, of all parts together."""
    epoch_minutes: float
    """Of these in epochs."""
    epochs: int
    best_epochs: list[int]
    stop: str
    errors: dict[str, dict[str, Any]]
    """On the training and validation frames, as `ErrorStatistics.to_dict` gives them."""

    @property
    def line(self) -> str:
        """What the terminal says of it."""
        part = "validation" if "validation" in self.errors else "train"
        units = {ENERGY: "meV/atom", FORCE: "meV/Å"}
        errors = self.errors[part]
        found = [f"{errors[name]:.3g} {unit}" for name, unit in units.items() if name in errors]
        return f"  {self.epochs} epochs in {self.minutes:.1f} min; {part} frames: {', '.join(found)}"


def train_seed(config: TrainingConfig, seed: int, directory: Path) -> SeedRun | None:
    """Train with a seed, go on with what was broken off, or find what is finished.

    Parameters
    ----------
    config
        Its seeds, of the split and of the weights, are replaced.
    directory
        Of this run alone.

    Returns
    -------
    SeedRun or None
        None if it was interrupted; calling again goes on.
    """
    config = seeded(config, seed)
    mark = _mark(config)
    finished = _finished(directory, mark)
    if finished is not None:
        return finished
    earlier, start = _seconds_logged(directory), time.time()
    result = train(config, directory, resume=directory.exists())
    if result.interrupted:
        return None
    seconds = earlier + max(map(_written, result.models)) - start
    run = SeedRun(
        seed=seed,
        models=[model.name for model in result.models],
        minutes=seconds / 60.0,
        epoch_minutes=result.seconds / 60.0,
        epochs=result.epochs,
        best_epochs=result.best_epochs,
        stop=result.stop,
        errors={part: errors.to_dict() for part, errors in result.errors.items()},
    )
    write_json(directory / RESULT, {"mark": mark} | asdict(run))
    return run


def _finished(directory: Path, mark: str) -> SeedRun | None:
    """The run in a directory, if its configuration and data are the same; `train` judges others."""
    file = directory / RESULT
    if not file.is_file():
        return None
    values = json.loads(file.read_text(encoding="utf-8"))
    return SeedRun(**values) if values.pop("mark") == mark else None


def _mark(config: TrainingConfig) -> str:
    """A hash of all that decides a run: configuration, length, and the bytes of the training files."""
    digest = hashlib.sha256(config.fingerprint().encode())
    digest.update(repr((config.training.epochs, config.training.max_minutes)).encode())
    for file in config.data.train:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _seconds_logged(directory: Path) -> float:
    """The time in epochs that earlier parts of a run have logged."""
    log = directory / "log.csv"
    rows = log.read_text(encoding="utf-8").splitlines()[1:] if log.is_file() else []
    return float(rows[-1].rpartition(",")[2]) if rows else 0.0


def _written(model: Path) -> float:
    """When a model was written, in seconds since 1970; the report of the training comes after it."""
    return max(file.stat().st_mtime for file in model.iterdir())
