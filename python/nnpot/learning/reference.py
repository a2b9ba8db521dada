"""Energies and forces from the reference, LAMMPS or any ASE calculator; each label is kept at once."""

from __future__ import annotations

import importlib
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator

from nnpot.cells import cell_volume
from nnpot.errors import InvalidInputError, NnpotError
from nnpot.io import read_frames, write_frames
from nnpot.io.labels import checked
from nnpot.lammps.system import compute_labels
from nnpot.learning.config import AseReference, LearningConfig, ReferenceConfig
from nnpot.support.arrays import Array
from nnpot.support.farm import run_tasks
from nnpot.support.messages import shortened
from nnpot.support.progress import progress

DIRECTORY = "{directory}"


@dataclass(frozen=True)
class LabelTask:
    """One frame to be labelled."""

    frame: Atoms
    elements: list[str]
    reference: ReferenceConfig
    directory: Path  # of this frame alone, for calculators that work with files


def label(task: LabelTask) -> Atoms:
    """A copy of the frame with the reference's energy, forces and, where it has one, stress.

    Raises `NnpotError` if it gives no numbers or too many, a number is not finite, or a force larger than
    ``reference.largest_force``; `Exception` whatever the calculator raises.
    """
    lammps, ase = task.reference.lammps, task.reference.ase
    if lammps is not None:
        labelled = compute_labels(task.frame, task.elements, lammps.pair)
        for name, value in labelled.calc.results.items():
            _checked(name, value, len(labelled))
    else:
        assert ase is not None, "the configuration has one of the two"
        labelled = _with_calculator(task.frame, ase, task.directory)
    labelled.info |= task.frame.info
    largest = float(np.linalg.norm(labelled.get_forces(), axis=1).max())
    if largest > task.reference.largest_force:
        raise NnpotError(
            f"the largest force is {largest:.4g} eV/Å, above reference.largest_force "
            f"({task.reference.largest_force:g} eV/Å)"
        )
    return labelled


def _with_calculator(frame: Atoms, reference: AseReference, directory: Path) -> Atoms:
    atoms: Atoms = frame.copy()
    if any(DIRECTORY in value for value in reference.arguments.values() if isinstance(value, str)):
        directory.mkdir(parents=True, exist_ok=True)
    arguments = {
        name: value.replace(DIRECTORY, str(directory)) if isinstance(value, str) else value
        for name, value in reference.arguments.items()
    }
    atoms.calc = calculator_factory(reference)(**arguments)
    if not hasattr(atoms.calc, "get_property") and not hasattr(atoms.calc, "get_potential_energy"):
        raise NnpotError(f"{reference.calculator} gave {shortened(atoms.calc)}, which is no ASE calculator")
    said: dict[str, Any] = {"energy": atoms.get_potential_energy(), "forces": atoms.get_forces()}
    known = getattr(atoms.calc, "implemented_properties", None) or ()
    if cell_volume(atoms) is not None and "stress" in known:
        with suppress(NotImplementedError):  # many codes have one of crystals alone
            said["stress"] = atoms.get_stress()
    _require_same_structure(frame, atoms)
    results = {name: _checked(name, value, len(frame)) for name, value in said.items()}
    labelled: Atoms = frame.copy()
    labelled.calc = SinglePointCalculator(labelled, **results)
    return labelled


def _require_same_structure(frame: Atoms, seen: Atoms) -> None:
    """The labels are of the frame: a calculator that relaxes it gives those of another."""
    same = len(seen) == len(frame) and all(
        np.array_equal(getattr(frame, name), getattr(seen, name))
        for name in ("numbers", "positions", "cell", "pbc")
    )
    if not same:
        raise NnpotError("the reference changed the atoms that it was to label; it must leave them alone")


def _checked(name: str, value: Any, n_atoms: int) -> float | Array:
    """A label as numbers of the right shape; `NnpotError` says what was expected, and what came."""
    if isinstance(value, str):
        raise NnpotError(f"{name} of the reference must be numbers, got {shortened(value)}")
    found: float | Array = checked(name, value, n_atoms, f"{name} of the reference")
    if not np.isfinite(found).all():
        raise NnpotError(f"{name} of the reference must be finite")
    return found


def calculator_factory(reference: AseReference) -> Callable[..., Any]:
    """The class or function that ``reference.ase.calculator`` names; `InvalidInputError` if there is none."""
    module, _, name = reference.calculator.rpartition(".")
    try:
        found: Callable[..., Any] = getattr(importlib.import_module(module), name)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a module may do anything, sys.exit() too
        reason = shortened(" ".join(str(error).split()), 200, quoted=False)
        raise InvalidInputError(
            f"reference.ase.calculator: {reference.calculator} cannot be imported ({type(error).__name__}: "
            f"{reason}); expected MODULE.NAME, with the module on PYTHONPATH"
        ) from error
    if not callable(found):
        raise InvalidInputError(
            f"reference.ase.calculator: {reference.calculator} is {shortened(found)}, no class or function"
        )
    return found


def check_reference(reference: ReferenceConfig) -> None:
    """Find out before any work that the calculator exists."""
    if reference.ase is not None:
        calculator_factory(reference.ase)


def try_lammps(reference: ReferenceConfig, elements: list[str], frame: Atoms) -> None:
    """Refuse, before any training, a pair style that gives no label; an ASE calculator may take hours for
    one.
    """
    if reference.lammps is None:
        return
    try:
        compute_labels(frame, elements, reference.lammps.pair)
    except NnpotError as error:
        raise InvalidInputError(f"reference.lammps: gives no label for the first frame ({error})") from error


@dataclass(frozen=True)
class Labels:
    """What became of the selected frames."""

    labelled: list[Atoms]
    failed: list[Atoms]  # ``info["failure"]`` says why


def label_frames(frames: Sequence[Atoms], config: LearningConfig, folder: Path) -> Labels:
    """Label frames; what a broken-off call has done already is not done again.

    ``config``: the reference. ``folder``: for a file per frame, ``0001.xyz`` or, where the label failed,
    ``0001.failed.xyz``. Raises `NnpotError` if no label succeeded.
    """
    folder.mkdir(parents=True, exist_ok=True)
    missing = [n for n in range(len(frames)) if not any(path.exists() for path in _files(folder, n))]
    tasks = [
        LabelTask(frames[n], config.elements, config.reference, (folder / f"{n:04d}").absolute())
        for n in missing
    ]
    reference = config.reference
    with progress("labelling", len(frames)) as bar:
        bar.advance(len(frames) - len(missing))
        limit = None if reference.time_limit is None else 60.0 * reference.time_limit
        for number, outcome in run_tasks(label, tasks, reference.workers, reference.scheduler, limit):
            _keep(folder, missing[number], tasks[number].frame, outcome)
            bar.advance()
    found = [[path for path in _files(folder, n) if path.exists()][0] for n in range(len(frames))]
    failed = [path for path in found if path.name.endswith(".failed.xyz")]
    labels = Labels(
        [frame for path in found if path not in failed for frame in read_frames(path)],
        [frame for path in failed for frame in read_frames(path)],
    )
    if frames and not labels.labelled:
        raise NnpotError(
            f"{folder}: all {len(frames)} labels failed, the first with: {labels.failed[0].info['failure']}; "
            f"correct the reference, remove this folder and resume"
        )
    return labels


def _files(folder: Path, number: int) -> tuple[Path, Path]:
    return folder / f"{number:04d}.xyz", folder / f"{number:04d}.failed.xyz"


def _reason(error: Exception) -> str:
    text = shortened(" ".join(str(error).split()), 500, quoted=False).replace('"', "'").replace("\\", "/")
    return f"{type(error).__name__}: {text}"


def _keep(folder: Path, number: int, frame: Atoms, outcome: Atoms | Exception) -> None:
    good, bad = _files(folder, number)
    if isinstance(outcome, Exception):
        failed: Atoms = frame.copy()
        failed.info["failure"] = _reason(outcome)
        write_frames(bad, [failed])
    else:
        write_frames(good, [outcome])
        shutil.rmtree(folder / f"{number:04d}", ignore_errors=True)
