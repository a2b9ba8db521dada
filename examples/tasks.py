"""Long calculations side by side; what is done is kept, so that an interrupted run goes on where it was."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ase import Atoms

from nnpot import farm
from nnpot.files import atomic_write
from nnpot.progress import progress


class _ByValue(pickle.Pickler):
    """Equal objects give equal bytes, whether their strings are one object or not; labels do not count."""

    def __init__(self, stream: io.BytesIO) -> None:
        super().__init__(stream)
        self.fast = True

    def reducer_override(self, value: Any) -> Any:
        """ASE's calculators, which hold the labels, contain themselves."""
        return (Atoms.fromdict, (value.todict(),)) if isinstance(value, Atoms) else NotImplemented


@dataclass(frozen=True)
class Task:
    """One calculation; ``owner`` and ``what`` say whose and which, ``work`` how long it is beside others."""

    owner: str
    what: str
    work: float
    function: Callable[..., Any]
    arguments: tuple[Any, ...]

    @property
    def key(self) -> tuple[str, str]:
        """Its name."""
        return self.owner, self.what

    def result(self) -> Any:
        """Calculate it, without a progress of its own beside that of all tasks."""
        with open(os.devnull, "w") as nowhere, contextlib.redirect_stderr(nowhere):
            return self.function(*self.arguments)

    def digest(self, version: str) -> str:
        """Of all that its result depends on; ``version`` is that of the model, not read by the reference."""
        files = "" if self.owner == "reference" else version
        told = io.BytesIO()
        _ByValue(told).dump((self.function.__name__, self.arguments, files))
        return hashlib.sha256(told.getvalue()).hexdigest()[:20]


def version_of(*places: Path) -> str:
    """A digest of files, and of the files of folders."""
    digest = hashlib.sha256()
    for place in places:
        for path in sorted(place.iterdir()) if place.is_dir() else [place]:
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def run_tasks(
    tasks: Sequence[Task], processes: int, kept: Path, version: str, doing: str = "simulating"
) -> dict[tuple[str, str], Any]:
    """Results by name: those kept in a folder, and the others calculated, the longest first."""
    kept.mkdir(parents=True, exist_ok=True)
    files = {task.key: kept / f"{task.digest(version)}.pickle" for task in tasks}
    found = {key: pickle.loads(file.read_bytes()) for key, file in files.items() if file.exists()}
    missing = sorted((task for task in tasks if task.key not in found), key=lambda task: -task.work)
    with progress(doing, round(sum(task.work for task in tasks))) as bar:
        bar.advance(sum(task.work for task in tasks if task.key in found))
        for number, outcome in farm.run_tasks(Task.result, missing, processes):
            if isinstance(outcome, Exception):
                raise outcome
            task = missing[number]
            found[task.key] = outcome
            with atomic_write(files[task.key], "wb") as stream:
                pickle.dump(outcome, stream)
            bar.advance(task.work, last=f"{task.what}, {task.owner}")
    return found
