"""``nnpot benchmark training``: optimizers and kinds of memory beside each other, in interleaved runs."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nnpot.benchmark.machine import describe_host
from nnpot.benchmark.training_cases import Change, TrainingCase, training_cases
from nnpot.benchmark.training_run import TrainingRun, keep, kept, remove, run_training
from nnpot.benchmark.training_sets import SILICON, THROUGHPUT, TrainingSet, make_frames, write_builtin
from nnpot.errors import InvalidInputError, NnpotError
from nnpot.support.lock import locked_folder
from nnpot.support.progress import progress
from nnpot.training import TrainingConfig, load_config
from nnpot.training.data.frames import load_frames

PACKAGES = ("nnpot", "tensorflow", "tensorflow-cpu", "keras", "numpy")
OPTIMIZERS = ("adam", "kalman")
"""That are compared where no configuration says which."""
SILICON_CHANGES = (
    Change("optimizer.initial_rate", 5e-3, "sgd"),
    Change("optimizer.initial_rate", 1e-3, "momentum"),
    Change("optimizer.initial_rate", 1e-3, "nesterov"),
    Change("optimizer.initial_rate", 5e-2, "adagrad"),
    Change("training.epochs", 40, "kalman"),
)
"""Without a configuration: what these optimizers need to be shown fairly."""
TARGET_FORCE = 100.0
"""meV/Å"""


@dataclass(frozen=True)
class TrainingSettings:
    """What is to be measured."""

    config: Path | None = None
    """None for the data and configuration that come with the package."""
    throughput: bool = False
    """Synthetic cells in place of ``config``."""
    optimizers: tuple[str, ...] = ()
    memory: tuple[str, ...] = ()
    seeds: int = 3
    """Rounds, each with another seed."""
    target_force: float = TARGET_FORCE
    """The validation error whose time is asked for, meV/Å."""
    changes: tuple[Change, ...] = ()

    @property
    def builtin(self) -> str:
        """The name of the configuration that comes with the package; empty for the user's."""
        return "" if self.config is not None else THROUGHPUT if self.throughput else SILICON


@dataclass
class TrainingBenchmark:
    """What `run_training_benchmark` has found."""

    settings: TrainingSettings
    machine: dict[str, str | int]
    data: TrainingSet
    cases: list[TrainingCase]
    runs: list[TrainingRun]
    failures: dict[str, str] = field(default_factory=dict)
    """What could not be measured, and why."""


def run_training_benchmark(
    settings: TrainingSettings, output: Path, fresh: bool = False
) -> TrainingBenchmark:
    """Measure; runs that the folder has already are not made again.

    Parameters
    ----------
    settings
        What is to be measured.
    output
        The folder of the runs; made where it is missing.
    fresh
        Make all runs anew.

    Raises
    ------
    InvalidInputError
        If the folder has runs that were made with other settings, or a setting makes no sense.
    NnpotError
        If nothing at all could be measured.
    """
    with locked_folder(output):
        return _run_training_benchmark(settings, output, fresh)


def _run_training_benchmark(settings: TrainingSettings, output: Path, fresh: bool) -> TrainingBenchmark:
    (output / "data").mkdir(exist_ok=True)
    cases = _cases(settings, output / "data")
    bench = TrainingBenchmark(settings, _machine(), _data(settings, cases, output / "data"), cases, [])
    _measure(bench, output / "runs", fresh)
    if not bench.runs:
        lines = (f"{name}: {reason}" for name, reason in bench.failures.items())
        raise NnpotError(f"nothing could be measured: {'; '.join(lines)}")
    return bench


def _cases(settings: TrainingSettings, folder: Path) -> list[TrainingCase]:
    if settings.config is not None and settings.throughput:
        raise InvalidInputError("--throughput has its own data: give it without CONFIG")
    for change in settings.changes:
        if change.optimizer and change.key.startswith("data."):
            raise InvalidInputError(
                f"--set {change.optimizer}:{change.key}: all optimizers train on the same data; leave out "
                f"{change.optimizer!r}"
            )
    optimizers, changes = settings.optimizers, settings.changes
    if settings.builtin == SILICON:
        optimizers = optimizers or OPTIMIZERS
        ours = (change for change in SILICON_CHANGES if change.optimizer in optimizers)
        changes = (*ours, *changes)
    path = settings.config or write_builtin(folder, settings.builtin)
    return training_cases(load_config(path).resolved(Path.cwd()), optimizers, settings.memory, changes)


def _data(settings: TrainingSettings, cases: Sequence[TrainingCase], folder: Path) -> TrainingSet:
    if settings.builtin:
        make_frames(folder, settings.builtin)
    section = TrainingConfig.model_validate(cases[0].values).data  # the same for all
    name = settings.builtin if settings.config is None else settings.config.name
    return TrainingSet(name, load_frames(section))


def _machine() -> dict[str, str | int]:
    found = describe_host(PACKAGES)
    return {name: value for name, value in found.items() if value != "not installed"}


def plan(cases: Sequence[TrainingCase], seeds: int) -> Iterator[tuple[int, TrainingCase]]:
    """All runs, in order: every round has each case once."""
    return itertools.product(range(1, seeds + 1), cases)


def _measure(bench: TrainingBenchmark, folder: Path, fresh: bool) -> None:
    seeds = bench.settings.seeds
    fingerprint = bench.data.split.fingerprint()
    places = {
        (number, case.label): folder / f"{case.label.replace(' ', '-')}-{number}"
        for number, case in plan(bench.cases, seeds)
    }
    if fresh:
        for place in places.values():
            remove(place)
    with progress("training", len(places)) as bar:
        for number, case in plan(bench.cases, seeds):
            made_with = {"config": case.with_seed(number), "data": fingerprint, "machine": bench.machine}
            if case.label not in bench.failures:
                _add(bench, case, number, made_with, places[number, case.label])
            bar.advance(1, case=case.label)


def _add(
    bench: TrainingBenchmark, case: TrainingCase, number: int, made_with: dict[str, Any], place: Path
) -> None:
    """Take the run that is there, or make it; of what fails one line is left, and the others go on."""
    earlier = kept(place)
    if earlier is not None:
        bench.runs.append(_of_the_same(earlier, made_with, place))
        return
    try:
        run = run_training(made_with["config"], place, case.label, number)
    except (NnpotError, OSError) as error:
        bench.failures[case.label] = reason = " ".join(str(error).split())
        warnings.warn(f"{case.label} is left out: {reason}", stacklevel=2)
        return
    keep(run, made_with, place)
    bench.runs.append(run)


def _of_the_same(
    earlier: tuple[TrainingRun, dict[str, Any]], made_with: dict[str, Any], place: Path
) -> TrainingRun:
    run, before = earlier
    for name, value in made_with.items():
        if before.get(name) != value:
            what = {"config": "configuration", "data": "data set"}.get(name, name)
            raise InvalidInputError(
                f"{place}: was made with another {what}; name another --output, or give --fresh to begin anew"
            )
    return run
