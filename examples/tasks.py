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

HERE = Path(__file__).resolve().parent
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
        """Of all that its result depends on; ``version`` is that of the model, not read by the reference.

        That is: the arguments, the code of the function's module and of all that it imports from the
        examples, and what all results come from (`engine`).
        """
        files = "" if self.owner == "reference" else version
        told = io.BytesIO()
        module = sys.modules.get(self.function.__module__)
        of_code = (code_of(getattr(module, "__file__", None)), engine())
        _ByValue(told).dump((self.function.__name__, self.arguments, files, of_code))
        return hashlib.sha256(told.getvalue()).hexdigest()[:20]


@functools.cache
def code_of(file: str | None) -> str:
    """A digest of a module of an example and of all modules beside it, or one folder up, that it imports."""
    return "" if file is None else version_of(*sorted(_imported(Path(file).resolve())))


def _imported(module: Path) -> set[Path]:
    """The module, and what it imports from the examples, and what that imports."""
    found, to_read = {module}, [module]
    while to_read:
        new = set(_imports(to_read.pop())) - found
        found |= new
        to_read += new
    return found


def _imports(module: Path) -> Iterator[Path]:
    """The files of its own folder, or of the folder of this module, that it imports."""
    for node in ast.walk(ast.parse(module.read_bytes())):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
        for name in names:
            places = (folder / f"{name.rpartition('.')[2]}.py" for folder in (module.parent, HERE))
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
