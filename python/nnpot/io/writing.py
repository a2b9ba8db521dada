"""Writes frames in the format that a file's name asks for, or refuses the name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator
from ase.io.extxyz import key_val_dict_to_str
from ase.stress import voigt_6_to_full_3x3_stress
from numpy.typing import NDArray

from nnpot.errors import InvalidInputError
from nnpot.io.feature_files import has_features, is_feature_file, write_feature_file
from nnpot.io.labels import require_finite, results_of
from nnpot.support.files import FileName, atomic_path, atomic_text, require_other_file, require_writable

STANDARD = {"numbers", "positions", "tags", "momenta", "masses", "initial_magmoms", "initial_charges"}
"""Arrays that ASE's formats have a place for."""
COLUMNS = {"energy", "free_energy", "forces", "stress", "dipole", "charges", "magmom", "magmoms"}
"""Results that all of ASE's databases have a place for."""
NAMES = (
    ".xyz or .extxyz (extended XYZ, also with .gz), .traj, .db or .json (ASE), .features (of feature files)"
)


def require_known_format(path: FileName, read: Sequence[FileName] = ()) -> None:
    """Refuse a name that no frames with results can be written under, before the work is done.

    ``path``: the file to be written. ``read``: files that are read for it, which must not be overwritten.
    Raises `InvalidInputError` for an ending of another format, and a file that is read; also as
    `nnpot.support.files.require_writable` does.
    """
    _writer(Path(path))
    require_writable(path)
    require_other_file(path, read)


def write_results(path: FileName, frames: Sequence[Atoms]) -> None:
    """Write frames with their results, whole or not at all, in the format of the file's name.

    Parameters
    ----------
    path
        ``.xyz``, ``.extxyz`` (``.gz`` compresses) or no ending: extended XYZ with all digits. ``.traj``,
        ``.db`` and ``.json``: ASE's formats, in which arrays that these do not know stand in ``info``
        (``.traj``) or in ``data`` of a row. ``.features``: a feature file.
    frames
        In eV and Å. A file that is there already is written anew.

    Raises
    ------
    InvalidInputError
        If the format is another one, or cannot hold the frames.
    OSError
        If the file cannot be written; an older one is then untouched.
    """
    _writer(Path(path))(path, frames)


def _writer(path: Path) -> Callable[[FileName, Sequence[Atoms]], None]:
    if is_feature_file(path):
        return write_feature_file
    ending = "".join(path.suffixes[-2:] if path.suffix.lower() == ".gz" else path.suffixes[-1:]).lower()
    if ending in ("", ".xyz", ".extxyz", ".xyz.gz", ".extxyz.gz"):
        return write_frames
    if ending == ".traj":
        return _write_trajectory
    if ending in (".db", ".json"):
        return _write_database
    raise InvalidInputError(
        f"{path}: '{ending}' is no format that results are written in; expected a name that ends in {NAMES}"
    )


def _write_trajectory(path: FileName, frames: Sequence[Atoms]) -> None:
    _require_positions(path, frames)
    from ase.io.trajectory import Trajectory

    with atomic_path(path) as temporary, Trajectory(temporary, "w") as trajectory:
        for frame in frames:
            extra = _extra_arrays(frame)
            known = frame.copy()
            for name in extra:
                del known.arrays[name]
            known.info |= extra
            known.calc = SinglePointCalculator(known, **results_of(frame))
            trajectory.write(known)


def _write_database(path: FileName, frames: Sequence[Atoms]) -> None:
    _require_positions(path, frames)
    import ase.db

    with atomic_path(path) as temporary, ase.db.connect(temporary, serial=True) as database:
        for frame in frames:
            results = {name: value for name, value in results_of(frame).items() if name not in COLUMNS}
            database.write(frame, data={**frame.info, **_extra_arrays(frame), **results})


def _require_positions(path: FileName, frames: Sequence[Atoms]) -> None:
    for number, frame in enumerate(frames):
        where = f"{path}: frame {number} (counted from 0)"
        if has_features(frame):
            raise InvalidInputError(f"{where} has features and no positions; name a file .features or .xyz")
        require_finite(frame, where)


def _extra_arrays(frame: Atoms) -> dict[str, Any]:
    return {name: values for name, values in frame.arrays.items() if name not in STANDARD}


KINDS = {"f": ("R", "%r"), "i": ("I", "%d"), "u": ("I", "%d"), "b": ("L", "%s"), "U": ("S", "%s")}


def write_frames(path: FileName, frames: Sequence[Atoms]) -> None:
    """Write frames as extended XYZ (eV, Å), with all stored results, whole or not at all.

    Parameters
    ----------
    path
        The file, compressed where its name ends in ``.gz``. ASE's own writer keeps 8 decimals; this one
        keeps every bit.
    frames
        ``info`` and per-atom arrays are written too. Results are taken as they are stored, not computed.

    Raises
    ------
    InvalidInputError
        If a frame holds NaN or infinite numbers.
    OSError
        If the file cannot be written; an older one is then untouched.
    """
    with atomic_text(path) as stream:
        for number, frame in enumerate(frames):
            require_finite(frame, f"{path}: frame {number} (counted from 0)")
            _write_frame(stream, frame)


def _write_frame(stream: IO[str], frame: Atoms) -> None:
    info, columns = _contents(frame)
    names, formats, values = [], [], []
    for name, array in columns.items():
        letter, pattern = KINDS[array.dtype.kind]
        table = array.reshape(len(frame), -1)
        names.append(f"{name}:{letter}:{table.shape[1]}")
        formats += [pattern] * table.shape[1]
        values += [table[:, k].tolist() for k in range(table.shape[1])]
    cell = " ".join(str(x) for x in frame.cell.array.ravel().tolist())
    lattice = f'Lattice="{cell}" ' if frame.cell.array.any() else ""
    stream.write(f"{len(frame)}\n{lattice}Properties={':'.join(names)} {key_val_dict_to_str(info)}\n")
    pattern = " ".join(formats) + "\n"
    stream.writelines(pattern % row for row in zip(*values, strict=True))


def _contents(frame: Atoms) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    symbols = np.array(frame.get_chemical_symbols())
    columns: dict[str, NDArray[Any]] = {"species": symbols, "pos": frame.positions}
    for name, array in frame.arrays.items():
        if name not in ("numbers", "positions") and array.dtype.kind in KINDS:
            columns[name] = array
    info = {
        key: " ".join(value.split()) if isinstance(value, str) else value for key, value in frame.info.items()
    }
    for name, value in results_of(frame).items():
        array = np.asarray(value)
        if name == "stress":
            info[name] = voigt_6_to_full_3x3_stress(array) if array.shape == (6,) else array
        elif array.ndim > 0 and len(array) == len(frame) and name != "dipole":
            columns["charge" if name == "charges" else name] = array
        else:
            info[name] = value
    info["pbc"] = frame.pbc
    return info, columns
