"""Long calculations side by side; what is done is kept, so that an interrupted run goes on where it was."""

from __future__ import annotations

import ast
import contextlib
import functools
import hashlib
import io
import os
import pickle
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ase import Atoms

import nnpot
from nnpot.benchmark.machine import describe_host
from nnpot.lammps import plugin
from nnpot.support import farm
from nnpot.support.files import atomic_write
from nnpot.support.progress import progress

PACKAGES = ("lammps", "numpy", "scipy", "ase", "tensorflow", "tensorflow-cpu")


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
    """One calculation; ``owner`` and ``what`` say whose and which, ``work`` how long it is beside others.

    ``function`` is one of a module, so that another process finds it.
    """

    owner: str
    what: str
    work: float
    function: Callable[..., Any]
    arguments: tuple[Any, ...]

    @property
    def key(self) -> tuple[str, str]:
        """The names of the owner and of the calculation."""
        return self.owner, self.what

    def result(self) -> Any:
        """Calculate it, without a progress of its own beside that of all tasks."""
        with open(os.devnull, "w") as nowhere, contextlib.redirect_stderr(nowhere):
            return self.function(*self.arguments)

    def digest(self, version: str) -> str:
        """A digest of all that its result depends on, as text.

        That is: the arguments, the code of the function's module and of all modules beside it that it
        imports, what all results come from (`engine`), and ``version``, that of the model; the task of an
        owner called ``reference`` does not read it.
        """
        files = "" if self.owner == "reference" else version
        told = io.BytesIO()
        module = sys.modules.get(self.function.__module__)
        of_code = (code_of(getattr(module, "__file__", None)), engine())
        _ByValue(told).dump((self.function.__name__, self.arguments, files, of_code))
        return hashlib.sha256(told.getvalue()).hexdigest()[:20]


@functools.cache
def code_of(file: str | None) -> str:
    """A digest of a module of a study and of all modules beside it that it imports, directly or not."""
    if file is None:
        return ""
    found: set[Path] = set()
    to_read = [Path(file).resolve()]
    while to_read:
        module = to_read.pop()
        found.add(module)
        to_read += set(_beside(module)) - found
    return version_of(*sorted(found))


def _beside(module: Path) -> Iterator[Path]:
    """The files of its folder that a module imports."""
    for node in ast.walk(ast.parse(module.read_bytes())):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        places = (module.with_name(f"{name}.py") for name in names)
        yield from (place for place in places if place.is_file())


@functools.cache
def engine() -> str:
    """A digest of nnpot, code and compiled parts, of the packages that it calculates with, and of the
    instruction set: rounding decides where long trajectories go."""
    python = Path(nnpot.__file__).parent
    compiled = (Path(nnpot._core.__file__), *sorted(Path(plugin.directory()).glob("*.so")))
    host = describe_host(PACKAGES)
    told = repr([host[name] for name in ("instruction_set", "python", *PACKAGES)])
    files = version_of(*sorted(python.rglob("*.py")), *compiled)
    return hashlib.sha256((told + files).encode()).hexdigest()


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
    """Results by `Task.key`: those kept in a folder, and the others calculated, the longest first.

    Parameters
    ----------
    tasks
        What is to be calculated.
    processes
        How many at once.
    kept
        The folder of the results, made where it is missing; what is there is not calculated again.
    version
        That of the model (`version_of` its files).
    doing
        Stands before the progress bar.

    Raises
    ------
    NnpotError
        What a task raised; the others' results are kept.
    """
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
