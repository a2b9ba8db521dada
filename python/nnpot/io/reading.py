"""Reads frames from any file, and finds out which kind of file it is."""

from __future__ import annotations

import os
from pathlib import Path

from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator
from ase.io import read
from ase.io.formats import UnknownFileTypeError, filetype, ioformats

from nnpot.errors import FileFormatError, InvalidInputError
from nnpot.io.labels import require_finite, results_of
from nnpot.io.runner_data import read_runner_data
from nnpot.units import UNIT_CHOICES, UnitSystem

RUNNER = "RuNNer input.data"
WITHOUT_ELEMENTS = ("lammps-data", "lammps-dump-text", "lammps-dump-binary")
"""Files that may give types instead of elements; ASE would then read hydrogen, helium, ..."""
POWERS = {  # of energy and of length
    "energy": (1, 0),
    "free_energy": (1, 0),
    "energies": (1, 0),
    "forces": (1, -1),
    "stress": (1, -3),
}


def read_frames(path: str | os.PathLike[str], units: UnitSystem | str | None = None) -> list[Atoms]:
    """Read all frames of a file: RuNNer ``input.data``, extended XYZ, and whatever else ASE reads.

    Parameters
    ----------
    path
        The file; its kind is found from its content and name.
    units
        Needed for ``input.data``; for extended XYZ the default is eV and Å; other formats fix theirs.

    Returns
    -------
    list of ase.Atoms
        At least one. Total energy in eV, forces in eV/Å, stress in eV/Å³ (ASE's sign) in a
        ``SinglePointCalculator``, as far as the file has them; ``info["group"]`` and the like are kept,
        constraints are not.

    Raises
    ------
    FileFormatError
        If the file is empty or cannot be understood.
    InvalidInputError
        If a number is NaN or infinite, or the units are not known.
    """
    path = Path(path)
    system = None if units is None else UnitSystem(units)
    kind = _kind(path)
    if kind != RUNNER:
        frames = _read_with_ase(path, kind, system)
    elif system is not None:
        frames = read_runner_data(path, system)
    else:
        raise InvalidInputError(
            f"{path}: {kind} does not state its units; give them by --data-units or units=: {UNIT_CHOICES}"
        )
    for number, frame in enumerate(frames):
        where = f"{path}: frame {number} (counted from 0)"
        if len(frame) == 0:
            raise FileFormatError(f"{where} has no atoms")
        require_finite(frame, where)
        frame.set_constraint()  # they belong to dynamics; ASE would set the forces of fixed atoms to zero
    return frames


def _kind(path: Path) -> str:
    with open(path, "rb") as stream:
        start = stream.read(65536)
    lines = [line.strip() for line in start.splitlines()]
    first = next((line for line in lines if line and not line.startswith(b"#")), b"")
    if not start.strip():
        raise FileFormatError(f"{path}: the file is empty; expected at least one frame")
    if first.split()[:1] == [b"begin"]:
        return RUNNER
    if path.suffix in (".xyz", ".extxyz"):
        return "extxyz"
    try:
        kind = str(filetype(str(path)))
    except UnknownFileTypeError:
        kind = "unknown"
    if kind not in ioformats or kind == "runnerdata":  # ASE's name for all that ends in .data
        raise FileFormatError(
            f"{path}: unknown kind of file; expected RuNNer input.data (first word 'begin'), "
            f"extended XYZ (name ending in .xyz), or a format that ASE recognises"
        )
    if kind in WITHOUT_ELEMENTS:
        raise FileFormatError(
            f"{path}: a {kind} file does not state its elements and units; convert it to extended XYZ"
        )
    return kind


def _read_with_ase(path: Path, kind: str, units: UnitSystem | None) -> list[Atoms]:
    if units is not None and units is not UnitSystem.metal and kind != "extxyz":
        raise InvalidInputError(
            f"{path}: {kind} files have fixed units, got '{units.value}'; leave the units away"
        )
    try:
        frames = list(read(path, index=":", format=kind))
    except Exception as error:  # ASE's readers raise whatever their parsing happens to raise
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise FileFormatError(f"{path}: cannot be read as {kind}: {reason}") from error
    if not frames:
        raise FileFormatError(f"{path}: expected at least one frame, got none")
    if kind == "extxyz" and units is not None:
        for frame in frames:
            _convert(frame, units)
    return frames


def _convert(frame: Atoms, units: UnitSystem) -> None:
    frame.set_cell(frame.cell.array * units.length)
    frame.positions *= units.length
    results = results_of(frame)
    for name, (energy, length) in POWERS.items():
        if name in results:
            results[name] = results[name] * units.energy**energy * units.length**length
    if results:
        frame.calc = SinglePointCalculator(frame, **results)
