"""What was measured: one record per run, kept in a file that survives an interruption."""

from __future__ import annotations

import csv
import hashlib
import json
import logging
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from nnpot.errors import FileFormatError, InvalidInputError
from nnpot.support.digested import read_record, write_record
from nnpot.support.files import atomic_write, read_text

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Task:
    """A run that is to be made."""

    label: str
    size: int  # the number of atoms that was asked for
    ranks: int
    round: int


@dataclass(frozen=True)
class Run(Task):
    """A run that was made. Times are wall times in µs per atom and step, means over MPI ranks."""

    n_atoms: int
    n_steps: int
    pair_us: float
    loop_us: float
    neigh_us: float
    comm_us: float
    cpu_use: float  # the part of the time in which the processes had a core
    temperature: float  # at the end, K
    memory_max: float  # peak resident memory of the largest MPI rank, MB
    memory_sum: float  # the same, of all MPI ranks together
    allocated: float  # what LAMMPS itself counts on the largest MPI rank, MB
    stages: dict[str, float] = field(default_factory=dict)
    """µs per atom and step in the stages of the engine, if the plugin has timers."""

    @property
    def task(self) -> Task:
        """What this run was for."""
        return Task(self.label, self.size, self.ranks, self.round)


COLUMNS = tuple(f.name for f in fields(Run))
HEADER = (*COLUMNS, "check")  # of ``runs.csv``: the last column is the start of a digest of the row
INTEGERS = {"size", "ranks", "round", "n_atoms", "n_steps"}


class Ledger:
    """``runs.csv`` of a benchmark, and beside it ``settings.json``, which says what they were made with.

    ``folder``: exists. ``settings``: what has to be the same for all runs, by name. ``cases`` is by label:
    only those that both have are compared. ``fresh``: forget what is there. Raises `InvalidInputError` if
    there are runs that were made with other settings.
    """

    def __init__(self, folder: Path, settings: dict[str, Any], fresh: bool = False) -> None:
        self.path = folder / "runs.csv"
        self.runs: list[Run] = [] if fresh or not self.path.is_file() else read_runs(self.path)
        saved = folder / "settings.json"
        if self.runs:
            settings = _merged(saved, settings)
        write_record(saved, settings)
        with atomic_write(self.path) as stream:  # without a last line that was cut off
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(HEADER)
            writer.writerows(_row(run) for run in self.runs)

    def add(self, run: Run) -> None:
        """Keep a run; it is on the disk when this returns."""
        self.runs.append(run)
        with open(self.path, "a", encoding="utf-8", newline="") as stream:
            csv.writer(stream, lineterminator="\n").writerow(_row(run))
            stream.flush()
            os.fsync(stream.fileno())

    def missing(self, tasks: Sequence[Task]) -> list[Task]:
        """Those of the tasks that have no run yet."""
        done = {run.task for run in self.runs}
        return [task for task in tasks if task not in done]


def read_runs(path: Path) -> list[Run]:
    """The runs in a file; a last line that an interruption cut off is left out, which is said.

    Raises `FileFormatError` if the file is not one of ours, or a line before the last cannot be read.
    """
    lines = read_text(path).splitlines()
    if not lines or tuple(lines[0].split(",")) != HEADER:
        raise FileFormatError(
            f"{path}:1: expected the columns of a benchmark ({COLUMNS[0]}, {COLUMNS[1]}, ..., {HEADER[-1]}; "
            f"earlier versions wrote no {HEADER[-1]}); name another --output, or give --fresh to begin anew"
        )
    runs = []
    for number, line in enumerate(lines[1:], start=2):
        try:
            runs.append(_run(next(csv.reader([line]))))
        except (ValueError, csv.Error) as error:
            if number < len(lines):
                raise FileFormatError(f"{path}:{number}: is not a run ({error})") from error
            logger.warning("%s:%d: the last line is left out, it is not a run (%s)", path, number, error)
    return runs


def _row(run: Run) -> list[str]:
    values = asdict(run) | {"stages": json.dumps(run.stages)}
    row = [f"{value:.6g}" if isinstance(value, float) else str(value) for value in values.values()]
    return [*row, _check(row)]


def _check(row: Sequence[str]) -> str:
    return hashlib.sha256("\0".join(row).encode()).hexdigest()[:12]


def _run(row: list[str]) -> Run:
    if len(row) != len(HEADER):
        raise ValueError(f"expected {len(HEADER)} values, got {len(row)}")
    *row, check = row
    if check != _check(row):
        raise ValueError("its values do not fit its check; remove the line to make the run again")
    values: dict[str, Any] = dict(zip(COLUMNS, row, strict=True))
    for name in COLUMNS[1:-1]:
        values[name] = int(values[name]) if name in INTEGERS else float(values[name])
    values["stages"] = json.loads(values["stages"])
    if not isinstance(values["stages"], dict):
        raise ValueError("the last column must be an object of stages")
    return Run(**values)


def _merged(saved: Path, settings: dict[str, Any]) -> dict[str, Any]:
    """The settings, if they go with those that were saved; with the cases of both."""
    advice = "name another --output, or give --fresh to begin anew"
    old = read_record(saved, "record of settings", advice) if saved.exists() else {}
    for name, value in settings.items():
        if name != "cases" and old.get(name) != value:
            raise InvalidInputError(
                f"{saved.parent}: has runs with another {name}: {old.get(name)!r}, now {value!r}; {advice}"
            )
    cases = old.get("cases", {})
    for label, value in settings["cases"].items():
        if cases.setdefault(label, value) != value:
            raise InvalidInputError(f"{saved.parent}: has runs of another potential {label!r}; {advice}")
    return settings | {"cases": cases}
