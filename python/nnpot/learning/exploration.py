"""Molecular dynamics with the committee, watched: where it is trusted, and the frames where it is not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from ase import Atoms
from numpy.random import Generator

from nnpot.errors import NnpotError
from nnpot.lammps.runtime import PairCommands, network_commands, open_lammps
from nnpot.lammps.system import LammpsSystem
from nnpot.learning.config import ExplorationConfig, RunConditions, TrustConfig
from nnpot.learning.trust import Verdict, judge
from nnpot.reference.sampling import lammps_seed, starting_structure
from nnpot.support.arrays import Array

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
    """Run a trajectory until its end or until it is stopped; the same task gives the same frames.

    Where LAMMPS itself gives up on the way, atoms being lost for example, the run counts as stopped.
    """
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
