"""Energies and forces of a frame from the reference: LAMMPS, or any ASE calculator."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator

from nnpot.errors import InvalidInputError, NnpotError
from nnpot.lammps_system import compute_labels
from nnpot.learning.config import AseReference, ReferenceConfig

DIRECTORY = "{directory}"


@dataclass(frozen=True)
class LabelTask:
    """One frame to be labelled."""

    frame: Atoms
    elements: list[str]
    reference: ReferenceConfig
    directory: Path
    """Of this frame alone, for calculators that work with files."""


def label(task: LabelTask) -> Atoms:
    """A copy of the frame with the reference's energy, forces and, where it has one, stress.

    Raises
    ------
    NnpotError
        If a number is not finite, or a force larger than ``reference.largest_force``.
    Exception
        Whatever the calculator raises.
    """
    lammps, ase = task.reference.lammps, task.reference.ase
    if lammps is not None:
        labelled = compute_labels(task.frame, task.elements, lammps.pair)
    else:
        assert ase is not None, "the configuration has one of the two"
        labelled = _with_calculator(task.frame, ase, task.directory)
    labelled.info |= task.frame.info
    energy, forces = labelled.get_potential_energy(), labelled.get_forces()
    if not (np.isfinite(energy) and np.isfinite(forces).all()):
        raise NnpotError("the reference gave an energy or forces that are not finite")
    largest = float(np.linalg.norm(forces, axis=1).max())
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
    results: dict[str, Any] = {"energy": atoms.get_potential_energy(), "forces": atoms.get_forces()}
    if atoms.pbc.all() and "stress" in getattr(atoms.calc, "implemented_properties", ()):
        results["stress"] = atoms.get_stress()
    atoms.calc = SinglePointCalculator(atoms, **results)
    return atoms


def calculator_factory(reference: AseReference) -> Callable[..., Any]:
    """The class or function that ``reference.ase.calculator`` names.

    Raises
    ------
    InvalidInputError
        If it cannot be imported.
    """
    module, _, name = reference.calculator.rpartition(".")
    try:
        found: Callable[..., Any] = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise InvalidInputError(
            f"reference.ase.calculator: {reference.calculator} cannot be imported ({error}); expected "
            f"MODULE.NAME, with the module on PYTHONPATH"
        ) from error
    return found


def check_reference(reference: ReferenceConfig) -> None:
    """Find out before any work that the calculator exists."""
    if reference.ase is not None:
        calculator_factory(reference.ase)


def try_lammps(reference: ReferenceConfig, elements: list[str], frame: Atoms) -> None:
    """Find out before the first training that LAMMPS knows the pair style; an ASE calculator may take hours.

    Raises
    ------
    InvalidInputError
        If it gives no energy for the frame.
    """
    if reference.lammps is None:
        return
    try:
        compute_labels(frame, elements, reference.lammps.pair)
    except NnpotError as error:
        raise InvalidInputError(f"reference.lammps: gives no label for the first frame ({error})") from error
