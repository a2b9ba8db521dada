"""Writes extended XYZ with all digits, so that what is read back is what was written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, Any

import numpy as np
from ase import Atoms
from ase.io.extxyz import key_val_dict_to_str
from ase.stress import voigt_6_to_full_3x3_stress
from numpy.typing import NDArray

from nnpot.io.labels import require_finite, results_of
from nnpot.support.files import FileName, atomic_text

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
    info = {key: _one_line(value) for key, value in frame.info.items()}
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


def _one_line(value: Any) -> Any:
    return " ".join(value.split()) if isinstance(value, str) else value
