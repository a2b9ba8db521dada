"""Medians, ranges and ratios of the runs of a benchmark."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from nnpot.benchmark.cases import FLOORS
from nnpot.benchmark.records import Run

BUSY = 0.9  # a run whose processes had a core for less of the time than this was disturbed


@dataclass(frozen=True)
class Spread:
    """The median of some values, and their range."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Spread | None:
        """The spread of some values; None where there are none."""
        known = sorted(values)
        return cls(median(known), known[0], known[-1]) if known else None


@dataclass(frozen=True)
class Row:
    """What was found for one potential, size and number of MPI ranks; times in µs per atom and step."""

    label: str
    size: int
    ranks: int
    n_atoms: int
    n_runs: int
    pair: Spread
    loop: Spread
    cpu_use: Spread
    temperature: float
    memory_max: float
    memory_sum: float
    above_zero: float | None  # peak memory of all MPI ranks beyond that of `pair_style zero`, MB
    ratio: Spread | None  # pair time over that of the reference in the same round
    speed_up: Spread | None  # loop time on the fewest MPI ranks over that on these, in the same round
    growth: Spread | None  # pair time over that of the smallest size, in the same round
    stages: dict[str, float]  # medians

    def to_dict(self) -> dict[str, Any]:
        """The values by name, for JSON."""
        return asdict(self)


Key = tuple[str, int, int]
Time = Callable[[Run], float]


def summarize(runs: Sequence[Run], reference: str, cpu_time: bool = False) -> list[Row]:
    """One row per potential, size and number of ranks as they appear; ratios are to ``reference``."""
    groups: dict[Key, dict[int, Run]] = {}
    for run in runs:
        groups.setdefault((run.label, run.size, run.ranks), {})[run.round] = run
    return [_row(key, groups, reference, cpu_time) for key in groups]


def _row(key: Key, groups: dict[Key, dict[int, Run]], reference: str, cpu_time: bool) -> Row:
    label, size, ranks = key
    own = groups[key]
    runs = list(own.values())
    zero = groups.get((FLOORS[0], size, ranks)) or groups.get((FLOORS[1], size, ranks))
    fewest = min(other[2] for other in groups if other[:2] == (label, size))
    smallest = min(other[1] for other in groups if (other[0], other[2]) == (label, ranks))

    def factor(run: Run) -> float:
        return run.cpu_use if cpu_time else 1.0

    def pair(run: Run) -> float:
        return run.pair_us * factor(run)

    def loop(run: Run) -> float:
        return run.loop_us * factor(run)

    memory_sum = median(run.memory_sum for run in runs)
    return Row(
        label=label,
        size=size,
        ranks=ranks,
        n_atoms=runs[0].n_atoms,
        n_runs=len(runs),
        pair=_spread(map(pair, runs)),
        loop=_spread(map(loop, runs)),
        cpu_use=_spread(run.cpu_use for run in runs),
        temperature=median(run.temperature for run in runs),
        memory_max=median(run.memory_max for run in runs),
        memory_sum=memory_sum,
        above_zero=memory_sum - median(run.memory_sum for run in zero.values()) if zero else None,
        ratio=_paired(own, groups.get((reference, size, ranks), {}), pair),
        speed_up=_paired(groups[label, size, fewest], own, loop) if ranks > fewest else None,
        growth=_paired(own, groups[label, smallest, ranks], pair) if size > smallest else None,
        stages=_median_stages(runs, factor),
    )


def _spread(values: Iterable[float]) -> Spread:
    spread = Spread.of(values)
    assert spread is not None, "a group has one run at least"
    return spread


def _paired(upper: dict[int, Run], lower: dict[int, Run], time: Time) -> Spread | None:
    """The ratio of two runs of the same round, for all rounds that have both."""
    return Spread.of(
        time(upper[number]) / time(lower[number])
        for number in upper.keys() & lower.keys()
        if time(lower[number]) > 0.0
    )


def _median_stages(runs: Sequence[Run], factor: Time) -> dict[str, float]:
    names = dict.fromkeys(name for run in runs for name in run.stages)
    return {name: median(run.stages.get(name, 0.0) * factor(run) for run in runs) for name in names}


def disturbed(runs: Sequence[Run]) -> int:
    """How many runs shared their cores with something else."""
    return sum(run.cpu_use < BUSY for run in runs)
