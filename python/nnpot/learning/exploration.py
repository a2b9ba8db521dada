"""Molecular dynamics with the committee, watched: where it is trusted, and the frames where it is not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ase import Atoms
from numpy.random import Generator
from numpy.typing import NDArray

from nnpot.lammps_runtime import network_commands, open_lammps
from nnpot.lammps_system import LammpsSystem
from nnpot.learning.committee import load_committee
from nnpot.learning.config import ExplorationConfig, RunConditions, TrustConfig
from nnpot.learning.trust import Verdict, judge
from nnpot.reference.sampling import lammps_seed, starting_structure

Array = NDArray[np.float64]

MOST_CANDIDATES = 100
"""Of one trajectory: beyond, every other one is dropped."""


@dataclass(frozen=True)
class Trajectory:
    """One run to be done; everything that decides it."""

    name: str
    elements: list[str]
    models: list[Path]
    conditions: RunConditions
    exploration: ExplorationConfig
    trust: TrustConfig
    seed: tuple[int, ...]

    @property
    def looks(self) -> int:
        """How often the spread is looked at if the run is not stopped."""
        return max(1, round(self.conditions.duration / self.exploration.interval))


@dataclass(frozen=True)
class Trace:
    """What was seen in a trajectory, look by look; it ends where the run was stopped."""

    planned: int
    """Looks, had it not been stopped."""
    time: Array
    """ps"""
    temperature: Array
    """K"""
    force_spread: Array
    """eV/Å, of the worst atom."""
    grade: Array
    """Of the worst atom."""
    trusted: int
    """Looks at which it was."""


@dataclass(frozen=True)
class Explored:
    """A trajectory that was done."""

    trace: Trace
    candidates: list[Atoms]
    """The frames that were not trusted; ``info`` says when, and why."""


class _Candidates:
    """Untrusted frames, at most `MOST_CANDIDATES`, evenly thinned."""

    def __init__(self) -> None:
        self.frames: list[Atoms] = []
        self._every = 1
        self._met = 0

    def meet(self, frame: Atoms) -> None:
        if self._met % self._every == 0:
            self.frames.append(frame)
        self._met += 1
        if len(self.frames) > MOST_CANDIDATES:
            self.frames = self.frames[::2]
            self._every *= 2


def explore(trajectory: Trajectory) -> Explored:
    """Run a trajectory until its end or until it is stopped; the same task gives the same frames."""
    rng = np.random.default_rng(np.random.SeedSequence(trajectory.seed))
    conditions = trajectory.conditions
    start = starting_structure(conditions, conditions.density, rng)
    committee = load_committee(trajectory.models)
    pair = network_commands(trajectory.models[0], trajectory.elements)
    candidates = _Candidates()
    rows: list[tuple[float, float, float, float]] = []
    trusted, last = 0, None
    with open_lammps(plugin=pair.needs_plugin) as lammps:
        system = LammpsSystem(lammps, start, trajectory.elements, pair, trajectory.exploration.timestep)
        for time in _looks(system, trajectory, rng):
            frame = system.snapshot()
            frame.calc = None
            found = committee.uncertainty(frame)
            row = (time, system.thermo("temp"), float(found.force_spread.max()), float(found.grade.max()))
            rows.append(row)
            verdict = judge(trajectory.trust, row[2], row[3])
            if verdict is Verdict.TRUSTED:
                trusted += 1
                continue
            _describe(frame, trajectory, row)
            if verdict is Verdict.STOP:
                last = frame
                break
            candidates.meet(frame)
    frames = candidates.frames + ([last] if last is not None and np.isfinite(last.positions).all() else [])
    columns = np.array(rows).T
    return Explored(Trace(trajectory.looks, *columns, trusted=trusted), frames)


def _looks(system: LammpsSystem, trajectory: Trajectory, rng: Generator) -> Iterator[float]:
    """Move the system along its path of temperatures; the time in ps whenever it is to be looked at."""
    conditions, interval = trajectory.conditions, trajectory.exploration.interval
    path = conditions.temperature
    legs = list(zip(path, path[1:], strict=False)) or [(path[0], path[0])]
    system.set_temperature(path[0], lammps_seed(rng))
    done = 0
    for number, (first, last) in enumerate(legs, 1):
        until = trajectory.looks * number // len(legs)
        ramp = (last, max(1, until - done) * interval)
        system.thermostat(first, lammps_seed(rng), conditions.pressure, ramp=ramp)
        for look in range(done, until):
            system.run(interval, unchanged=look > done)
            yield (look + 1) * interval
        done = until


def _describe(frame: Atoms, trajectory: Trajectory, row: tuple[float, float, float, float]) -> None:
    names = ("time", "temperature", "force_spread", "grade")
    frame.info |= {"group": trajectory.name.partition("/")[0], "trajectory": trajectory.name}
    frame.info |= dict(zip(names, row, strict=True))
