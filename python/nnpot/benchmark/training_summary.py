"""Medians, ranges and ratios of the trainings of a benchmark."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from nnpot.benchmark.summary import Spread
from nnpot.benchmark.training_cases import TrainingCase
from nnpot.benchmark.training_run import TrainingRun


@dataclass(frozen=True)
class TrainingRow:
    """What was found for one way to train; errors are of the validation frames."""

    label: str
    optimizer: str
    memory: str
    n_runs: int
    structures_per_second: Spread | None
    """Training frames per second of an epoch: of all epochs of all runs but the first of each, in which
    TensorFlow compiles. The time contains the validation of the epoch."""
    rate_ratio: Spread | None
    """The median rate of a run over that of the reference in the same round."""
    n_reached: int
    """Runs that reached the given error of the forces."""
    seconds_to_target: Spread | None
    """The time in epochs until then of those that did, compilation included."""
    epochs_to_target: Spread | None
    time_ratio: Spread | None
    """Seconds to the target over those of the reference in the same round, where both reached it."""
    force_rmse: Spread | None
    """The error of the epoch that was kept, meV/Å."""
    energy_rmse: Spread | None
    """The same, meV/atom."""
    epochs: Spread
    seconds: Spread
    """In epochs."""
    first_epoch: Spread
    """Seconds of the first epoch, in which TensorFlow compiles."""
    wall_seconds: Spread
    """The time of the process."""
    cores: Spread
    """CPU time over wall time of the process."""
    peak_memory: float
    """Median, MB."""

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def summarize_trainings(
    runs: Sequence[TrainingRun], cases: Sequence[TrainingCase], n_frames: int, target: float
) -> list[TrainingRow]:
    """One row per case that has runs; ratios are to the first of them.

    Parameters
    ----------
    runs
        Of all rounds.
    cases
        In the order of the rows.
    n_frames
        Training frames of an epoch.
    target
        The validation error of the forces whose time is asked for, meV/Å.
    """
    groups = {case.label: [run for run in runs if run.label == case.label] for case in cases}
    known = [case for case in cases if groups[case.label]]
    reference = groups[known[0].label] if known else []
    return [_row(case, groups[case.label], reference, n_frames, target) for case in known]


def _row(
    case: TrainingCase, runs: list[TrainingRun], reference: list[TrainingRun], n_frames: int, target: float
) -> TrainingRow:
    own = runs is not reference

    def rate(run: TrainingRun) -> float | None:
        times = [time for time in run.epoch_seconds() if time > 0.0]
        return n_frames / median(times) if times else None

    def seconds_to_target(run: TrainingRun) -> float | None:
        index = run.reached(target)
        return None if index is None else run.seconds[index]

    rates = (n_frames / time for run in runs for time in run.epoch_seconds() if time > 0.0)
    epochs = [index + 1 for run in runs if (index := run.reached(target)) is not None]
    return TrainingRow(
        label=case.label,
        optimizer=case.optimizer,
        memory=case.memory,
        n_runs=len(runs),
        structures_per_second=Spread.of(rates),
        rate_ratio=_paired(runs, reference, rate) if own else None,
        n_reached=len(epochs),
        seconds_to_target=_known(map(seconds_to_target, runs)),
        epochs_to_target=Spread.of(epochs),
        time_ratio=_paired(runs, reference, seconds_to_target) if own else None,
        force_rmse=_known(run.force_rmse[run.best] for run in runs),
        energy_rmse=_known(run.energy_rmse[run.best] for run in runs),
        epochs=_spread(run.epochs for run in runs),
        seconds=_spread(run.seconds[-1] for run in runs),
        first_epoch=_spread(run.seconds[0] for run in runs),
        wall_seconds=_spread(run.wall_seconds for run in runs),
        cores=_spread(run.cpu_seconds / run.wall_seconds for run in runs),
        peak_memory=median(run.peak_memory for run in runs),
    )


def _spread(values: Iterable[float]) -> Spread:
    found = Spread.of(values)
    assert found is not None, "a row has one run at least"
    return found


def _known(values: Iterable[float | None]) -> Spread | None:
    """Without what is None or NaN."""
    return Spread.of(value for value in values if value is not None and value == value)


def _paired(
    upper: list[TrainingRun], lower: list[TrainingRun], of: Callable[[TrainingRun], float | None]
) -> Spread | None:
    """The ratio of two runs of the same round, for all rounds in which both have a value."""
    below = {run.round: of(run) for run in lower}
    pairs = [(of(run), below.get(run.round)) for run in upper]
    return Spread.of(above / under for above, under in pairs if above is not None and under)
