"""Molecular dynamics with the committee, in stages until one is not trusted; trajectories are files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms
from numpy.random import Generator

from nnpot.errors import FileFormatError, NnpotError
from nnpot.io import write_frames
from nnpot.lammps.runtime import PairCommands, network_commands, open_lammps
from nnpot.lammps.system import LammpsSystem
from nnpot.learning.config import ExplorationConfig, LearningConfig, RunConditions, Stage, TrustConfig
from nnpot.learning.rounds import StageOutcome, read_any
from nnpot.reference.sampling import lammps_seed, starting_structure
from nnpot.support.arrays import Array
from nnpot.support.digested import read_arrays, write_arrays
from nnpot.support.farm import run_tasks
from nnpot.support.progress import progress


class Verdict(str, Enum):
    """The verdict on one step."""

    TRUSTED = "trusted"
    UNCERTAIN = "uncertain"
    STOP = "stop"


def judge(trust: TrustConfig, force_spread: float, grade: float) -> Verdict:
    """The verdict on a step by its largest force spread (eV/Å) and grade; NaN stops."""
    if force_spread < trust.force_spread.low and grade < trust.grade.low:
        return Verdict.TRUSTED
    if force_spread < trust.force_spread.high and grade < trust.grade.high:
        return Verdict.UNCERTAIN
    return Verdict.STOP


MOST_CANDIDATES = 100  # of one trajectory: beyond, every other one is dropped


@dataclass(frozen=True)
class Trajectory:
    """One run to be done; everything that decides it."""

    name: str  # STAGE/RUN.NUMBER
    elements: list[str]
    models: list[Path]
    conditions: RunConditions
    exploration: ExplorationConfig
    trust: TrustConfig
    seed: tuple[int, ...]

    @property
    def looks(self) -> int:
        """How often the committee's spread is looked at if the run is not stopped."""
        return max(1, round(self.conditions.duration / self.exploration.interval))


@dataclass(frozen=True)
class Trace:
    """What was seen in a trajectory, look by look; it ends where the run was stopped."""

    planned: int  # looks, had it not been stopped
    time: Array  # ps
    temperature: Array  # K
    force_spread: Array  # eV/Å, of the worst atom
    grade: Array  # of the worst atom
    trusted: int  # looks at which it was


@dataclass(frozen=True)
class Explored:
    """A trajectory that was done."""

    trace: Trace
    candidates: list[Atoms]  # the frames that were not trusted; ``info`` says when, and why


@dataclass
class _Record:
    """What is noted on the way; of many untrusted frames every second, fourth, ... is kept."""

    rows: list[tuple[float, float, float, float]] = field(default_factory=list)
    frames: list[Atoms] = field(default_factory=list)
    trusted: int = 0
    untrusted: int = 0
    every: int = 1

    def keep(self, frame: Atoms) -> None:
        if self.untrusted % self.every == 0:
            self.frames.append(frame)
        self.untrusted += 1
        if len(self.frames) > MOST_CANDIDATES:
            self.frames = self.frames[::2]
            self.every *= 2


def explore(trajectory: Trajectory) -> Explored:
    """Run a trajectory until its end, or until it is stopped or LAMMPS gives up; same task, same frames."""
    rng = np.random.default_rng(np.random.SeedSequence(trajectory.seed))
    conditions = trajectory.conditions
    start = starting_structure(conditions, conditions.density, rng)
    network = network_commands(trajectory.models, trajectory.elements)
    pair = PairCommands(f"{network.style} extrapolation ignore", network.coefficients)  # the grade is watched
    timestep = trajectory.exploration.timestep
    record = _Record()
    try:
        with open_lammps(plugin=pair.needs_plugin) as lammps:
            system = LammpsSystem(lammps, start, trajectory.elements, pair, timestep, watched=True)
            for time in _looks(system, trajectory, rng):
                if _look(system, trajectory, time, record) is Verdict.STOP:
                    break
    except NnpotError:
        if not record.rows:
            raise
    times, temperatures, spreads, grades = np.array(record.rows).T
    trace = Trace(trajectory.looks, times, temperatures, spreads, grades, record.trusted)
    return Explored(trace, record.frames)


def _look(system: LammpsSystem, trajectory: Trajectory, time: float, record: _Record) -> Verdict:
    """Note how far the committee is trusted, and keep the frame if it is not."""
    row = (time, system.thermo("temp"), *system.trust())
    record.rows.append(row)
    verdict = judge(trajectory.trust, *row[2:])
    if verdict is Verdict.TRUSTED:
        record.trusted += 1
        return verdict
    frame = system.snapshot()
    frame.calc = None
    frame.info = {"group": trajectory.name.partition("/")[0], "trajectory": trajectory.name}
    frame.info |= dict(zip(("time", "temperature", "force_spread", "grade"), row, strict=True))
    if verdict is Verdict.UNCERTAIN:
        record.keep(frame)
    elif np.isfinite(frame.positions).all():
        record.frames.append(frame)
    return verdict


def _looks(system: LammpsSystem, trajectory: Trajectory, rng: Generator) -> Iterator[float]:
    """Move the system along its path of temperatures; the time in ps whenever it is to be looked at."""
    conditions, interval = trajectory.conditions, trajectory.exploration.interval
    path = conditions.temperature
    legs = list(zip(path, path[1:], strict=False)) or [(path[0], path[0])]
    system.set_temperature(path[0], lammps_seed(rng))
    done = 0
    for number, (first, last) in enumerate(legs, 1):
        until = trajectory.looks * number // len(legs)
        temperatures = np.linspace(first, last, max(1, until - done) + 1)
        for look in range(done, until):
            begins = look == done or first != last
            if begins:
                now, then = (float(kelvin) for kelvin in temperatures[look - done : look - done + 2])
                system.thermostat(then, lammps_seed(rng), conditions.pressure, start=now)
            system.run(interval, unchanged=not begins)
            yield (look + 1) * interval
        done = until


@dataclass(frozen=True)
class Exploration:
    """All stages that a round went through."""

    stages: list[StageOutcome]
    traces: dict[str, Trace]  # by the name of the trajectory
    candidates: list[Atoms]


def explore_stages(
    config: LearningConfig, models: list[Path], folder: Path, round_number: int, first: int
) -> Exploration:
    """Explore from stage ``first`` on until one is not trusted; trajectories in the folder are taken as they
    are.
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
    share = sum(trace.trusted for trace in traces) / sum(trace.planned for trace in traces)
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
