"""RuNNer's ``input.data``: structures with energies and forces as text, units not stated.

A frame runs from ``begin`` to ``end``. Reading is lenient: Windows line ends, blank lines
and comments are accepted, an unknown keyword is a warning; anything else is an error with its line.
"""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

import numpy as np
from ase import Atoms
from ase.data import atomic_numbers

from nnpot.errors import FileFormatError, InvalidInputError, UnknownElementError
from nnpot.io.labels import checked, require_labels, results_of
from nnpot.io.numerals import number
from nnpot.io.source import RawFrame
from nnpot.io.text_lines import text_lines
from nnpot.support.files import FileName, atomic_write
from nnpot.support.messages import shortened
from nnpot.units import UnitSystem

COMMENT = re.compile("[#!]")
FREE_TEXT = ("comment",)  # keywords behind which every sign stands for itself
MARKS = ("train", "test")  # what a frame can be for
LENGTH_OF_ATOM_LINE = (7, 10)  # in words, the keyword counted: without and with forces


@dataclass
class _Block:
    """The lines of one frame so far, in the units of the file."""

    begin: str
    tag: str = ""
    comments: list[str] = field(default_factory=list)
    lattice: list[list[float]] = field(default_factory=list)
    symbols: list[str] = field(default_factory=list)
    atoms: list[list[float]] = field(default_factory=list)
    energy: float | None = None
    charge: float | None = None


def read_runner_data(path: FileName, units: UnitSystem) -> list[RawFrame]:
    """Read all frames of an ``input.data`` file whose numbers are in ``units``.

    They get energy (eV), forces (eV/Å) and ``charges``; the ``comment``, the total ``charge`` and the tag
    ``set`` of a frame stand in ``info``, where there are any. Atoms stay where they are, also outside the
    cell. Raises `FileFormatError` or `UnknownElementError` with file and line.
    """
    frames: list[RawFrame] = []
    block: _Block | None = None
    unknown: set[str] = set()
    for where, words in _lines(path):
        keyword = words[0]
        if keyword == "begin":
            _require(block is None, where, f"expected 'end' of {block and block.begin}, got 'begin'")
            block = _Block(begin=where, tag=_mark(words[1:], where))
        elif block is None:
            raise FileFormatError(f"{where}: expected 'begin', got {shortened(keyword)}")
        elif keyword == "end":
            frames.append(_frame(block, units, where))
            block = None
        elif not _take(block, words, where) and keyword not in unknown:
            unknown.add(keyword)
            warnings.warn(f"{where}: unknown keyword {shortened(keyword)} is ignored", stacklevel=2)
    _require(block is None, str(path), f"no 'end' for {block and block.begin}; the file is cut short")
    return frames


def _lines(path: FileName) -> Iterator[tuple[str, list[str]]]:
    """``path:line`` and words of every line that says something, without the comment behind them."""
    with text_lines(path) as lines:
        for line in lines:
            words = line.split()
            if words and words[0] not in FREE_TEXT:
                words = COMMENT.split(line, maxsplit=1)[0].split()
            if words:
                yield f"{path}:{lines.number}", words


def _mark(words: list[str], where: str) -> str:
    """What a frame is for, one of `MARKS`, or nothing; n2p2 takes no other word behind ``begin`` either."""
    said = "".join(words).lower()
    _require(
        not said or said in [f"set={mark}" for mark in MARKS],
        where,
        f"expected set=train, set=test or nothing behind 'begin', got {shortened(' '.join(words))}; correct "
        f"or remove it",
    )
    return said.removeprefix("set=")


def _take(block: _Block, words: list[str], where: str) -> bool:
    """Add one line to the frame; False if its keyword is unknown."""
    keyword, values = words[0], words[1:]
    if keyword == "comment":
        block.comments.append(" ".join(values))
    elif keyword == "lattice":
        _require(len(values) == 3, where, f"expected 3 numbers after 'lattice', got {len(values)}")
        block.lattice.append([_number(word, where) for word in values])
    elif keyword == "atom":
        _take_atom(block, words, where)
    elif keyword in ("energy", "charge"):
        _require(len(values) == 1, where, f"expected 1 number after '{keyword}', got {len(values)}")
        _require(getattr(block, keyword) is None, where, f"second '{keyword}' in the frame of {block.begin}")
        setattr(block, keyword, _number(values[0], where))
    else:
        return False
    return True


def _take_atom(block: _Block, words: list[str], where: str) -> None:
    _require(
        len(words) in LENGTH_OF_ATOM_LINE,
        where,
        f"expected 'atom x y z element charge n' and, with forces, 'fx fy fz', got {len(words)} words",
    )
    symbol = words[4]
    if symbol not in atomic_numbers or symbol == "X":
        raise UnknownElementError(f"{where}: unknown element {shortened(symbol)}; expected a symbol like Si")
    row = [_number(word, where) for word in words[1:4] + words[5:]]
    first = len(block.atoms[0]) if block.atoms else len(row)
    _require(len(row) == first, where, f"some atoms of {block.begin} have forces, others not")
    block.symbols.append(symbol)
    block.atoms.append(row)


def _frame(block: _Block, units: UnitSystem, where: str) -> RawFrame:
    _require(bool(block.atoms), where, f"the frame of {block.begin} has no atoms")
    _require(
        len(block.lattice) in (0, 3),
        where,
        f"expected 3 'lattice' lines in {block.begin}, or none for a cluster, got {len(block.lattice)}",
    )
    table = np.array(block.atoms)
    periodic = bool(block.lattice)
    cell = np.array(block.lattice) * units.length if periodic else None
    frame = Atoms(block.symbols, positions=table[:, :3] * units.length, cell=cell, pbc=periodic)
    results: dict[str, Any] = {"charges": table[:, 3]}
    if table.shape[1] > 5:
        results["forces"] = table[:, 5:] * (units.energy / units.length)
    if block.energy is not None:
        results["energy"] = block.energy * units.energy
    labels = {"comment": " ".join(block.comments) or None, "charge": block.charge, "set": block.tag or None}
    frame.info.update({key: value for key, value in labels.items() if value is not None})
    return RawFrame(frame, results)


def _number(word: str, where: str) -> float:
    try:
        value = number(word)
    except ValueError:
        raise FileFormatError(f"{where}: expected a number, got {shortened(word)}") from None
    _require(
        math.isfinite(value), where, f"expected a finite number, got {shortened(word)}; remove the frame"
    )
    return value


def _require(condition: bool, where: str, message: str) -> None:
    if not condition:
        raise FileFormatError(f"{where}: {message}")


def write_runner_data(path: FileName, frames: Sequence[Atoms], units: UnitSystem | str) -> None:
    """Write frames as ``input.data``, whole or not at all.

    Stress, ``info`` entries other than ``comment``, ``charge`` and ``set``, and per-atom arrays have no place
    in this format and are left out.

    Parameters
    ----------
    path
        The file.
    frames
        With energy (eV) and forces (eV/Å).
    units
        The units to write in; the file does not state them.

    Raises
    ------
    InvalidInputError
        If a frame has no energy or forces, is periodic in one or two directions only, or has a ``charge``
        or ``set`` that this format cannot say.
    """
    system = UnitSystem(units)
    require_labels(frames, forces=True, where="frames to write as input.data")
    with atomic_write(path) as stream:
        for place, frame in enumerate(frames):
            if frame.pbc.any() and not frame.pbc.all():
                raise InvalidInputError(
                    f"{path}: frame {place} (counted from 0) is periodic in some directions only, which "
                    f"input.data cannot say; write extended XYZ instead"
                )
            where = f"{path}: frame {place} (counted from 0)"
            _write_block(stream, frame, system, _charge(frame, where), _tag(frame, where))


def _charge(frame: Atoms, where: str) -> float:
    """The charge of the whole frame, e; 0 where it says nothing."""
    value = checked("charge", frame.info.get("charge", 0.0), len(frame), f"{where}: info['charge']")
    if not math.isfinite(value):
        raise InvalidInputError(f"{where}: info['charge'] must be a finite number, got {value}")
    return float(value)


def _tag(frame: Atoms, where: str) -> str:
    tag = str(frame.info.get("set", ""))
    if tag and tag not in MARKS:
        raise InvalidInputError(
            f"{where}: info['set'] must be 'train' or 'test', got {shortened(tag)}; input.data has no place "
            f"for more"
        )
    return f" set={tag}" if tag else ""


def _write_block(stream: IO[str], frame: Atoms, units: UnitSystem, total: float, tag: str) -> None:
    results = results_of(frame)
    comment = " ".join(str(frame.info.get("comment", "")).split())
    stream.write(f"begin{tag}\ncomment {comment}\n")
    for row in frame.cell.array / units.length if frame.pbc.all() else ():
        stream.write("lattice {:24.16E} {:24.16E} {:24.16E}\n".format(*row))
    charges = results.get("charges", np.zeros(len(frame)))
    columns = zip(
        frame.get_chemical_symbols(),
        (frame.positions / units.length).tolist(),
        np.asarray(charges).tolist(),
        (np.asarray(results["forces"]) * (units.length / units.energy)).tolist(),
        strict=True,
    )
    for symbol, position, charge, force in columns:
        x, f = ("{:24.16E} {:24.16E} {:24.16E}".format(*vector) for vector in (position, force))
        stream.write(f"atom {x} {symbol:2s} {charge:24.16E} {0.0:24.16E} {f}\n")
    stream.write(f"energy {results['energy'] / units.energy:24.16E}\n")
    stream.write(f"charge {total:24.16E}\nend\n")
