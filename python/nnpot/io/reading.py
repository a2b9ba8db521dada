"""Reads frames from any file, and finds out which kind of file it is."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Literal

from ase import Atoms
from ase.io.formats import UnknownFileTypeError, filetype, ioformats

from nnpot.errors import FileFormatError, InvalidInputError
from nnpot.io.ase_files import read_with_ase
from nnpot.io.feature_files import FEATURES, features_of, has_features, is_feature_file, read_feature_file
from nnpot.io.label_keys import LabelKeys, take_labels
from nnpot.io.labels import group_name, require_finite, require_possible_cell
from nnpot.io.read_extxyz import read_extxyz
from nnpot.io.runner_data import read_runner_data
from nnpot.io.text_lines import COMPRESSION_DAMAGE, damaged, opened, plain_name
from nnpot.support.files import FileName
from nnpot.support.messages import shortened
from nnpot.units import UNIT_CHOICES, UnitSystem

RUNNER = "RuNNer input.data"
EXTXYZ = "extxyz"
FEATURE_FILE = "features"
WITHOUT_ELEMENTS = ("lammps-data", "lammps-dump-text", "lammps-dump-binary")
"""Files that may give types instead of elements; ASE would then read hydrogen, helium, ..."""
NO_KEYS = LabelKeys()


def read_frames(
    path: FileName,
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
    _require_no_pattern(path)
    found = _kind(path)
    if found == RUNNER and system is None:
        raise InvalidInputError(
            f"{path}: {found} does not state its units; say them (data.units of a training, "
            f"--units of nnpot data, --data-units of other commands, units= in Python): {UNIT_CHOICES}"
        )
    if found == EXTXYZ:
        frames = take_labels(read_extxyz(path), labels, system, str(path))
    elif found == RUNNER and system is not None:
        frames = take_labels(read_runner_data(path, system), labels, None, str(path))
    else:
        _require_no_units(path, f"{found} files have fixed units", system)
        frames = take_labels(read_with_ase(path, found), labels, None, str(path))
    for number, frame in enumerate(frames):
        where = f"{path}: frame {number} (counted from 0)"
        require_finite(frame, where)
        require_possible_cell(frame, where)
        group = frame.info.get("group", frame.info.get("config_type"))
        if group is not None:
            frame.info["group"] = group_name(group)
        if has_features(frame):
            frame.arrays[FEATURES] = features_of(frame)
    return frames


def _require_no_pattern(path: Path) -> None:
    if any(sign in path.name for sign in "*?") and not path.exists():
        meant = sorted(found.name for found in path.parent.glob(path.name))
        raise InvalidInputError(
            f"{path}: there is no such file, and patterns are not expanded here; name each file"
            + (f": {shortened(', '.join(meant), quoted=False)}" if meant else "")
        )


def _require_no_units(path: Path, reason: str, units: UnitSystem | None) -> None:
    if units is not None and units is not UnitSystem.metal:
        raise InvalidInputError(f"{path}: {reason}, got '{units.value}'; leave the units away")


def _read_features(path: Path, units: UnitSystem | None, labels: LabelKeys) -> list[Atoms]:
    _require_no_units(path, "feature files have fixed units (eV)", units)
    if labels != NO_KEYS:
        raise InvalidInputError(
            f"{path}: feature files hold nothing but an energy; leave the names of labels away"
        )
    return read_feature_file(path)


def _kind(path: Path) -> str:
    start = _start(path)
    lines = [line.strip() for line in start.removeprefix(codecs.BOM_UTF8).splitlines()]
    first = next((line for line in lines if line and not line.startswith((b"#", b"!"))), b"")
    if not start.strip():
        raise FileFormatError(f"{path}: the file is empty; expected at least one frame")
    if first.split()[:1] == [b"begin"]:
        return RUNNER
    if plain_name(path).suffix in (".xyz", ".extxyz"):
        return EXTXYZ
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


def _start(path: Path) -> bytes:
    with opened(path) as stream:
        try:
            found: bytes = stream.read(65536)
            return found
        except COMPRESSION_DAMAGE as error:
            raise damaged(path, error) from error
