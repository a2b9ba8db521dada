"""The stages of an exploration, one after the other until one is not trusted; trajectories are files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from ase import Atoms

from nnpot.errors import FileFormatError, NnpotError
from nnpot.io import write_frames
from nnpot.learning.config import LearningConfig, Stage
from nnpot.learning.exploration import Explored, Trace, Trajectory, explore
from nnpot.learning.rounds import StageOutcome, read_any
from nnpot.support.digested import read_arrays, write_arrays
from nnpot.support.farm import run_tasks
from nnpot.support.progress import progress


@dataclass(frozen=True)
class Exploration:
    """All stages that a round went through."""

    stages: list[StageOutcome]
    traces: dict[str, Trace]  # by the name of the trajectory
    candidates: list[Atoms]


def explore_stages(
    config: LearningConfig, models: list[Path], folder: Path, round_number: int, first: int
) -> Exploration:
    """Explore from the stage of number ``first`` on, until one is not trusted or all are.

    Trajectories that a broken-off call has done are read from ``folder``; all others are the same as then.
    """
    folder.mkdir(parents=True, exist_ok=True)
    outcomes: list[StageOutcome] = []
    traces: dict[str, Trace] = {}
    candidates: list[Atoms] = []
    for number, stage in enumerate(config.exploration.stages[first:], first):
        trajectories = _trajectories(config, models, stage, (config.seed, round_number, number))
        found = _explore_all(trajectories, config.exploration.workers, folder, stage.name)
        for trajectory, explored in zip(trajectories, found, strict=True):
            traces[trajectory.name] = explored.trace
            candidates += explored.candidates
        outcomes.append(_outcome(stage, [explored.trace for explored in found]))
        if outcomes[-1].share < config.trust.share:
            break
    return Exploration(outcomes, traces, candidates)


def _trajectories(
    config: LearningConfig, models: list[Path], stage: Stage, seed: tuple[int, int, int]
) -> list[Trajectory]:
    return [
        Trajectory(
            name=f"{stage.name}/{run}.{number}",
            elements=config.elements,
            models=models,
            conditions=conditions,
            exploration=config.exploration,
            trust=config.trust,
            seed=(*seed, run, number),
        )
        for run, conditions in enumerate(stage.runs, 1)
        for number in range(1, conditions.trajectories + 1)
    ]


def _outcome(stage: Stage, traces: Sequence[Trace]) -> StageOutcome:
    planned = sum(trace.planned for trace in traces)
    share = sum(trace.trusted for trace in traces) / planned
    stopped = sum(len(trace.time) < trace.planned for trace in traces)
    return StageOutcome(stage.name, share, len(traces), stopped)


def _explore_all(trajectories: list[Trajectory], workers: int, folder: Path, name: str) -> list[Explored]:
    missing = [one for one in trajectories if not _trace_file(folder, one).exists()]
    duration = {one.name: one.conditions.duration for one in trajectories}
    with progress(f"exploring {name} (ps)", sum(duration.values())) as bar:
        bar.advance(sum(duration.values()) - sum(duration[one.name] for one in missing))
        for number, explored in run_tasks(explore, missing, workers):
            if isinstance(explored, Exception):
                raise NnpotError(f"exploration, {missing[number].name}: {explored}") from explored
            _write(folder, missing[number], explored)
            bar.advance(duration[missing[number].name])
    return [_read(folder, one) for one in trajectories]


def _trace_file(folder: Path, trajectory: Trajectory) -> Path:
    return folder / f"{trajectory.name.replace('/', ' ')}.npz"


def _write(folder: Path, trajectory: Trajectory, explored: Explored) -> None:
    """The trace comes last: with it the trajectory is done."""
    file = _trace_file(folder, trajectory)
    write_frames(file.with_suffix(".xyz"), explored.candidates)
    write_arrays(file, **vars(explored.trace))


def _read(folder: Path, trajectory: Trajectory) -> Explored:
    file = _trace_file(folder, trajectory)
    advice = "remove it, and the .xyz file beside it, to explore again"
    found = read_arrays(file, "trace of an exploration", advice)
    if not {field.name for field in fields(Trace)} <= set(found):
        raise FileFormatError(f"{file}: is no trace of an exploration; {advice}")
    values: dict[str, Any] = {field.name: found[field.name] for field in fields(Trace)}
    values |= {name: int(values[name]) for name in ("planned", "trusted")}
    return Explored(Trace(**values), read_any(file.with_suffix(".xyz")))
