"""Fuzzing of what a command leaves to go on from: checkpoints, records, pieces and databases, damaged.

``python tests/fuzz/checkpoints.py --cases 5000 --seed 1`` reports every traceback, hang and crash, and every
change that was read without a word; exit code 1 if there is any. ``--only NUMBER`` repeats one case.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from fuzzing import main, mutated

from nnpot.benchmark import networks, training_run
from nnpot.benchmark.records import COLUMNS as RUN_COLUMNS
from nnpot.benchmark.records import Ledger, Run, read_runs
from nnpot.lattice.database import Database, read_database, write_database
from nnpot.lattice.generate import GeneratorSettings, Piece, Points, _Store
from nnpot.lattice.model import LatticeModel
from nnpot.learning import exploration
from nnpot.learning.exploration import Explored, Trace
from nnpot.learning.rounds import RoundFiles, RoundOutcome, StageOutcome
from nnpot.support.digested import MARK, TAIL, read_record, write_record
from nnpot.training.session.checkpoint import COLUMNS, Identity, State, read_checkpoint, write_checkpoint

IDENTITY = Identity('{"training": {"seed": 0}}', "data", "start")
SETTINGS = GeneratorSettings(points=3, particles=2)


@dataclass(frozen=True)
class Kind:
    """A kind of file: its name, and how it is written and read."""

    name: str
    write: Callable[[Path], None]
    read: Callable[[Path], Any]
    sealed: bool = True
    """Whether a digest tells of every change."""


def _write_checkpoint(path: Path) -> None:
    values = [np.arange(12.0).reshape(2, 3, 2), np.arange(4.0, dtype="float32").reshape(2, 2)]
    history = [tuple(float(n) for n in range(len(COLUMNS)))] * 2
    state = State(values, [np.array(3), *values], values, [1, 2], [0.5, 0.25], 2, 3.5, history)
    state.member_history = [np.ones((4, 2))] * 2
    state.charge_history = [np.ones((2, 0))] * 2
    write_checkpoint(path, state, IDENTITY)


def _write_piece(path: Path) -> None:
    points = Points(np.full((3, 2, 2), 0.5), np.ones(3), np.ones((3, 40), np.int64))
    _Store(path.parent, SETTINGS).write(Piece(0, 0, 3), points)


def _read_piece(path: Path) -> Any:
    return vars(_Store(path.parent, SETTINGS).read(Piece(0, 0, 3)))


class _Named:
    """A trajectory, of which only the name counts here."""

    name = "cold/1.1"


def _write_trace(path: Path) -> None:
    column = np.arange(5.0)
    exploration._write(path.parent, _Named(), Explored(Trace(9, *[column] * 4, 5), []))  # type: ignore[arg-type]


def _read_trace(path: Path) -> Any:
    return vars(exploration._read(path.parent, _Named()).trace)  # type: ignore[arg-type]


def _write_round(path: Path) -> None:
    stage = StageOutcome("cold", 0.5, 2, 1)
    RoundFiles(path.parent).write(RoundOutcome(1, 3, 1, 9, True, False, stages=[stage], test={"a": 0.5}))


def _read_round(path: Path) -> Any:
    found = RoundFiles(path.parent).read()
    return None if found is None else asdict(found)


def _write_result(path: Path) -> None:
    numbers = [0.5, 0.25]
    run = training_run.TrainingRun(
        "adam", 1, numbers, numbers, numbers, numbers, 9.0, 8.0, 7.0, 0.5, 6.0, {"Cu": 3}
    )
    training_run.keep(run, {"config": {"a": 1}}, path.parent)


def _write_times(path: Path) -> None:
    times = networks.Times(CASE, "one", 3, [0.5, 0.25])
    write_record(path, {"made_with": {"evaluations": 3}, "times": [asdict(times)]})


CASE = networks.Case(1, 2, "float32", 3)


def _write_runs(path: Path) -> None:
    values: dict[str, Any] = dict.fromkeys(RUN_COLUMNS, 2)
    values |= {"label": "sw", "stages": {"a": 1.0}}
    ledger = Ledger(path.parent, {"cases": {"sw": "x"}, "seconds": 2.0})
    for number in range(3):
        ledger.add(Run(**values | {"round": number}))


def _go_on(path: Path) -> Any:
    ledger = Ledger(path.parent, {"cases": {"sw": "x"}, "seconds": 2.0})
    return len(ledger.runs)


def _write_settings(path: Path) -> None:
    write_record(path, {"cases": {"sw": "x"}, "seconds": 2.0, "list": [1, None, "é"]})


def _database() -> Database:
    positions = np.linspace(0.1, 4.9, 24).reshape(3, 4, 2) + np.array([0.0, 0.3])
    return Database(positions, np.full(3, 5.0), np.ones(3, np.int64), np.ones(3), {"a": 1})


def _energies(path: Path) -> Any:
    found = read_database(path)
    return LatticeModel(threads=1).energies(found.positions, found.widths, found.depths)


KINDS = (
    Kind("checkpoint.npz", _write_checkpoint, lambda path: vars(read_checkpoint(path, IDENTITY))),
    Kind("00000_000000000.npz", _write_piece, _read_piece),
    Kind("cold 1.1.npz", _write_trace, _read_trace),
    Kind("round.json", _write_round, _read_round),
    Kind("result.json", _write_result, lambda path: training_run.kept(path.parent)),
    Kind("times.json", _write_times, lambda path: networks._kept(path, {"evaluations": 3}, [CASE])),
    Kind("settings.json", _write_settings, lambda path: read_record(path, "record", "remove it")),
    Kind("runs.csv", _write_runs, read_runs, sealed=False),
    Kind("runs.csv", _write_runs, _go_on, sealed=False),
    Kind("a.json", lambda path: write_database(path, _database()), _energies, sealed=False),
    Kind("a.h5", lambda path: write_database(path, _database()), _energies, sealed=False),
)


def resealed(data: bytes, random: Random) -> bytes:
    """A change with a digest that fits, as of a file that somebody has made."""
    if data[-TAIL:-64] != MARK:
        return data
    changed = mutated(data[:-TAIL], random)
    return changed + MARK + hashlib.sha256(changed).hexdigest().encode()


def huge_header(data: bytes, random: Random) -> bytes:
    """An array of terabytes, in a header of numpy's."""
    place = data.find(b"'shape': (")
    return data if place < 0 else data[: place + 10] + b"999999999999, " + data[place + 24 :]


def case(random: Random, folder: Path) -> str:
    """One damaged file, gone on from."""
    kind = random.choice(KINDS)
    path = folder / kind.name
    kind.write(path)
    before, written = repr(kind.read(path)), path.read_bytes()
    seal = random.random() < 0.3
    changed = resealed(written, random) if seal else mutated(written, random, [huge_header])
    path.write_bytes(changed)
    after = repr(kind.read(path))
    if kind.sealed and not seal and after != before:
        raise AssertionError(f"{kind.name}: another content was read without a word")
    return f"{kind.name} read" + (" as it was" if after == before else ", changed")


if __name__ == "__main__":
    sys.exit(main(__doc__ or "", case, 5_000))
