"""Reads frames from any file, and finds out which kind of file it is."""

from __future__ import annotations

import gzip
import os
from pathlib import Path
from typing import IO, Literal

from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator
from ase.io import iread
from ase.io.formats import UnknownFileTypeError, filetype, ioformats

from nnpot.errors import FileFormatError, InvalidInputError
from nnpot.files import GZIP_DAMAGE, damaged_gzip
from nnpot.io.feature_files import FEATURES, features_of, has_features, is_feature_file, read_feature_file
from nnpot.io.label_keys import LabelKeys, take_energy_and_forces, take_stress
from nnpot.io.labels import require_finite, results_of
from nnpot.io.runner_data import read_runner_data
from nnpot.units import UNIT_CHOICES, UnitSystem

RUNNER = "RuNNer input.data"
FEATURE_FILE = "features"
WITHOUT_ELEMENTS = ("lammps-data", "lammps-dump-text", "lammps-dump-binary")
"""Files that may give types instead of elements; ASE would then read hydrogen, helium, ..."""
POWERS = {  # of energy and of length
    "energy": (1, 0),
    "free_energy": (1, 0),
    "energies": (1, 0),
    "forces": (1, -1),
    "stress": (1, -3),
}

NO_KEYS = LabelKeys()


def read_frames(
    path: str | os.PathLike[str],
    units: UnitSystem | str | None = None,
    labels: LabelKeys = NO_KEYS,
    kind: Literal["features"] | None = None,
) -> list[Atoms]:
    """Read all frames of a file: RuNNer ``input.data``, extended XYZ, feature files, and what else ASE reads.

    Parameters
    ----------
    path
        The file, which may be compressed (``.gz``); its kind is found from its content and name.
    units
        Needed for ``input.data``; for extended XYZ the default is eV and Å; other formats fix theirs.
    labels
        The names of energy, forces and stress, where they are not ASE's, and what the stress means. Without
        a stress, a ``virial`` or ``virials`` (eV, positive under compression) is taken.
    kind
        ``"features"`` for a feature file whose name does not end in ``.features``; None to find it out.

    Returns
    -------
    list of ase.Atoms
        At least one. Total energy in eV, forces in eV/Å, stress in eV/Å³ (ASE's sign) in a
        ``SinglePointCalculator``, as far as the file has them; ``info["group"]`` and the like are kept,
        constraints are not. A ``config_type`` is taken for the group where there is none.

    Raises
    ------
    FileFormatError
        If the file is empty or cannot be understood.
    InvalidInputError
        If a number is NaN or infinite, the units are not known, or a label is not what it should be.
    """
    path = Path(path)
    system = None if units is None else UnitSystem(units)
    if kind == FEATURE_FILE or (kind is None and is_feature_file(path)):
        return _read_features(path, system, labels)
    found = _kind(path)
    if found != RUNNER:
        frames = _read_with_ase(path, found, system)
    elif system is not None:
        frames = read_runner_data(path, system)
    else:
        raise InvalidInputError(
            f"{path}: {found} does not state its units; say them (data.units of a training, "
            f"--units of nnpot data, --data-units of other commands, units= in Python): {UNIT_CHOICES}"
        )
    take_energy_and_forces(frames, labels, str(path))
    if found == "extxyz" and system is not None:
        for frame in frames:
            _convert(frame, system, with_stress=labels.stress is None)
    take_stress(frames, labels.stress, 1.0 if system is None else system.energy, str(path))
    for number, frame in enumerate(frames):
        where = f"{path}: frame {number} (counted from 0)"
        if len(frame) == 0:
            raise FileFormatError(f"{where} has no atoms")
        require_finite(frame, where)
        if "group" not in frame.info and "config_type" in frame.info:
            frame.info["group"] = frame.info["config_type"]
        if has_features(frame):
            frame.arrays[FEATURES] = features_of(frame)
        frame.set_constraint()  # they belong to dynamics; ASE would set the forces of fixed atoms to zero
    return frames


def _read_features(path: Path, units: UnitSystem | None, labels: LabelKeys) -> list[Atoms]:
    if units is not None and units is not UnitSystem.metal:
        raise InvalidInputError(
            f"{path}: feature files have fixed units (eV), got '{units.value}'; leave the units away"
        )
    if labels != NO_KEYS:
        raise InvalidInputError(
            f"{path}: feature files hold nothing but an energy; leave the names of labels away"
        )
    return read_feature_file(path)


def _kind(path: Path) -> str:
    compressed = path.suffix == ".gz"
    with open(path, "rb") as stream:
        start = _start(gzip.GzipFile(fileobj=stream) if compressed else stream, path)
    lines = [line.strip() for line in start.splitlines()]
    first = next((line for line in lines if line and not line.startswith(b"#")), b"")
    if not start.strip():
        raise FileFormatError(f"{path}: the file is empty; expected at least one frame")
    if first.split()[:1] == [b"begin"]:
        return RUNNER
    if Path(path.stem if compressed else path.name).suffix in (".xyz", ".extxyz"):
        return "extxyz"
    try:
        kind = str(filetype(str(path)))
    except UnknownFileTypeError:
        kind = "unknown"
    if kind not in ioformats or kind == "runnerdata":  # ASE's name for all that ends in .data
        raise FileFormatError(
            f"{path}: unknown kind of file; expected RuNNer input.data (first word 'begin'), "
            f"extended XYZ (name ending in .xyz), a feature file (.features), or a format that ASE recognises"
        )
    if kind in WITHOUT_ELEMENTS:
        raise FileFormatError(
            f"{path}: a {kind} file does not state its elements and units; convert it to extended XYZ"
        )
    return kind


def _start(stream: IO[bytes] | gzip.GzipFile, path: Path) -> bytes:
    try:
        return stream.read(65536)
    except GZIP_DAMAGE as error:
        raise damaged_gzip(path, error) from error


def _read_with_ase(path: Path, kind: str, units: UnitSystem | None) -> list[Atoms]:
    if units is not None and units is not UnitSystem.metal and kind != "extxyz":
        raise InvalidInputError(
            f"{path}: {kind} files have fixed units, got '{units.value}'; leave the units away"
        )
    frames: list[Atoms] = []
    try:
        frames.extend(iread(path, index=":", format=kind))
    except Exception as error:  # ASE's readers raise whatever their parsing happens to raise
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise FileFormatError(
            f"{path}: frame {len(frames)} (counted from 0) cannot be read as {kind}: {reason}; "
            f"correct or remove it"
        ) from error
    if not frames:
        raise FileFormatError(f"{path}: expected at least one frame, got none")
    return frames


def _convert(frame: Atoms, units: UnitSystem, with_stress: bool) -> None:
    frame.set_cell(frame.cell.array * units.length)
    frame.positions *= units.length
    results = results_of(frame)
    for name, (energy, length) in POWERS.items():
        if name in results and (with_stress or name != "stress"):
            results[name] = results[name] * units.energy**energy * units.length**length
    if results:
        frame.calc = SinglePointCalculator(frame, **results)
