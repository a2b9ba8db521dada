"""Reads extended XYZ, and plain XYZ: every word is held against what the file says of itself.

Per frame a line with the number of atoms, a comment line of keys and values (`extxyz_comment`), and a line
for each atom, whose columns the key ``Properties`` names. docs/formats.md says what is accepted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
from ase import Atoms
from ase.calculators.calculator import all_properties
from ase.data import atomic_numbers, chemical_symbols

from nnpot.errors import FileFormatError, NnpotError, UnknownElementError
from nnpot.io.extxyz_comment import CLOSING, LOGICAL, comment_fields, unclosed, value_of
from nnpot.io.label_keys import VIRIALS
from nnpot.io.numerals import is_number, n_digits, numbers, whole
from nnpot.io.source import RawFrame
from nnpot.io.text_lines import TextLines, text_lines
from nnpot.support.files import FileName
from nnpot.support.messages import shortened

NAMES = {"pos": "positions", "species": "symbols", "Z": "numbers", "charge": "charges"}
"""What ASE calls columns that have another name in the file."""
COLUMNS = {
    "positions": ("R", 3),
    "symbols": ("S", 1),
    "numbers": ("I", 1),
    "masses": ("R", 1),
    "momenta": ("R", 3),
    "initial_charges": ("R", 1),
    "features": ("R", 0),
}
"""Type and number of the columns that ASE or we calculate with; 0 for any number."""
NAMES_OF_KEYS = {"lattice": "Lattice", "properties": "Properties", "pbc": "pbc"}
"""Keys that the reader needs, in any spelling: a ``lattice`` passed over makes a crystal a cluster."""
PLAIN = "species:S:1:pos:R:3"  # the columns of plain XYZ, behind which there may be more
TYPES = {"R": "a number", "I": "a whole number", "S": "a word", "L": "T or F"}
OF_ATOMS = frozenset(
    {"energies", "forces", "stresses", "charges", "magmoms", "born_effective_charges"} & set(all_properties)
)
"""The results that are columns; others are values of the comment line."""
TEXTS = frozenset({"group", "config_type", "uid"})
"""Keys whose value is a text, whatever it looks like: "300 600" is a name, and no two numbers."""
MEANT = frozenset({*NAMES_OF_KEYS.values(), *all_properties, *TEXTS, *VIRIALS})
"""Keys that decide what a frame is. In the prose of a plain comment they are words like any others."""
KEYS_OF_FRAMES = re.compile(r"\b(properties|lattice)\s*=", re.IGNORECASE)  # what no prose has
MOST_WORDS = 100_000  # columns: more than this are a mistake


@dataclass(frozen=True)
class _Column:
    """One entry of ``Properties``."""

    name: str
    kind: str  # R, I, S or L
    first: int  # its first word of a line
    n: int  # how many words


@dataclass
class _Place:
    """Where a reader is, for its errors."""

    path: FileName
    lines: TextLines
    frame: int
    comment: int = 0  # the line of the comment; those of the atoms follow

    def fail(
        self, message: str, kind: type[NnpotError] = FileFormatError, atom: int | None = None
    ) -> NoReturn:
        """Name the file, the frame, and the line of an atom or the one last read."""
        line = self.lines.number if atom is None else self.comment + 1 + atom
        raise kind(f"{self.path}: frame {self.frame} (counted from 0): line {line}: {message}")


def read_extxyz(path: FileName) -> list[RawFrame]:
    """Read all frames of an extended or plain XYZ file, which may be compressed.

    Raises `FileFormatError` or `UnknownElementError` with file, frame and line, what was expected and what
    came.
    """
    frames: list[RawFrame] = []
    above: list[str] = []
    with text_lines(path) as lines:
        for line in lines:
            if not line.strip():
                continue
            place = _Place(path, lines, len(frames))
            n_atoms = whole(line.strip())
            if not n_atoms:
                place.fail(
                    f"expected the number of atoms of a frame, a whole number above 0, got "
                    f"{shortened(line.strip())}; correct it, or the number of atoms of the frame before"
                )
            frame, rows = _read_frame(place, n_atoms)
            frames.append(frame)
            if not lines.whole:
                _require_whole_end(place, [above, *rows] if above else rows)
            above = rows[-1]
    return frames


def _read_frame(place: _Place, n_atoms: int) -> tuple[RawFrame, list[list[str]]]:
    """The frame whose number of atoms has been read, and the words of its atoms' lines."""
    comment = next(place.lines, None)
    if comment is None:
        place.fail(f"expected a comment and {n_atoms} atoms, got the end of the file; it is cut short")
    place.comment = place.lines.number
    fields = _fields(place, comment)
    exact = "Properties" in fields
    columns = _columns(place, fields.pop("Properties", PLAIN))
    cell, pbc = _cell(place, fields.pop("Lattice", None)), fields.pop("pbc", None)
    periodic = _periodic(place, pbc) if pbc is not None else cell is not None
    rows = _rows(place, n_atoms, columns[-1].first + columns[-1].n, exact)
    arrays = {column.name: _array(place, column, rows) for column in columns}
    atoms = Atoms(
        numbers=_atomic_numbers(place, arrays), positions=arrays.pop("positions"), cell=cell, pbc=periodic
    )
    results: dict[str, Any] = {}
    for name, array in arrays.items():
        if name in all_properties:
            results[name] = array
        elif name != "move_mask":  # constraints belong to dynamics
            atoms.set_array(name, array)
    for key, text in fields.items():
        value = text if key in TEXTS else value_of(text)
        order_unknown = key == "stress" and np.size(value) == 6
        if key in all_properties and key not in OF_ATOMS and not order_unknown:
            results[key] = value
        else:
            atoms.info[key] = value
    return RawFrame(atoms, results), rows


def _fields(place: _Place, comment: str) -> dict[str, str]:
    """The keys of a comment line and their texts; ``T`` of a key without a value."""
    _require_closed_marks(place, comment)
    found = [(NAMES_OF_KEYS.get(key.lower(), key), text) for key, text in comment_fields(comment)]
    is_prose = not any(key == "Properties" and text is not None for key, text in found)
    fields: dict[str, str] = {}
    for key, text in found:
        if key in MEANT and text is None and is_prose:
            continue
        value = "T" if text is None else text
        if key in MEANT and fields.get(key, value) != value:
            place.fail(
                f"{key} stands twice, as {shortened(fields[key])} and as {shortened(value)}; keep one of "
                f"the two"
            )
        fields[key] = value
    return fields


def _require_closed_marks(place: _Place, comment: str) -> None:
    """Refuse a mark without its other half, which swallows keys; in prose it is a sign like others."""
    mark = unclosed(comment)
    if mark and KEYS_OF_FRAMES.search(comment):
        place.fail(
            f"expected {CLOSING[mark[0]]} behind {shortened(mark)} in the comment, got the end of the line; "
            f"a mark around a value has to be closed"
        )


def _columns(place: _Place, text: str) -> list[_Column]:
    """The entries of ``Properties``; there are positions and species among them."""
    words = text.split(":")
    columns: list[_Column] = []
    first = 0
    for place_of_name in range(0, len(words), 3):
        entry = words[place_of_name : place_of_name + 3]
        n = whole(entry[2]) if len(entry) == 3 else None
        if not n or not entry[0] or entry[1] not in TYPES or first + n > MOST_WORDS:
            place.fail(
                f"expected 'name:type:number' of columns, the type one of {', '.join(TYPES)}, in Properties, "
                f"got {shortened(':'.join(entry))}"
            )
        name, kind = NAMES.get(entry[0], entry[0]), entry[1]
        if name in all_properties and name not in OF_ATOMS:
            place.fail(
                f"{name} is of the whole frame, got a column of atoms in Properties; expected {name}=... in "
                f"the comment, or another name for the column"
            )
        expected = COLUMNS.get(name)
        if expected and (kind not in ("R", "I") if expected[0] == "R" else kind != expected[0]):
            place.fail(f"expected {name} of type {expected[0]} in Properties, got type {kind}")
        if expected and n != (expected[1] or n):
            place.fail(f"expected {expected[1]} column(s) of {name} in Properties, got {n}")
        if any(name == other.name for other in columns):
            place.fail(f"{name} stands twice in Properties; keep one of the two")
        columns.append(_Column(name, kind, first, n))
        first += n
    names = {column.name for column in columns}
    if not names & {"symbols", "numbers"}:
        place.fail("there are no species (expected species:S:1 or Z:I:1 in Properties); add the elements")
    if "positions" not in names:
        place.fail("there are no positions (expected pos:R:3 in Properties); add them")
    return columns


def _cell(place: _Place, text: str | None) -> Any:
    """The cell (3, 3), in rows; None without any."""
    if text is None:
        return None
    words = text.replace(",", " ").split()
    if len(words) != 9 or not all(map(is_number, words)):
        place.fail(f"expected 9 numbers in Lattice, the rows of the cell, got {shortened(text)}")
    return np.array(numbers(words)).reshape(3, 3)


def _periodic(place: _Place, text: str) -> list[bool]:
    words = text.replace(",", " ").split()
    known = {**LOGICAL, "1": True, "0": False}
    if len(words) not in (1, 3) or not all(word in known for word in words):
        place.fail(f"expected pbc as three letters T or F, got {shortened(text)}")
    values = [known[word] for word in words]
    return values * 3 if len(values) == 1 else values


def _rows(place: _Place, n_atoms: int, n_words: int, exact: bool) -> list[list[str]]:
    """The words of the lines of all atoms; no more than the file has are waited for."""
    rows = []
    for number in range(n_atoms):
        line = next(place.lines, None)
        if line is None:
            place.fail(
                f"expected {n_atoms} atoms, got {number} and the end of the file; it is cut short, or "
                f"correct the number of atoms"
            )
        words = line.split()
        if len(words) < n_words or (exact and len(words) > n_words):
            place.fail(
                f"expected {n_words} words for atom {number}, as the columns say, got {len(words)}; correct "
                f"the line, or the number of atoms"
            )
        rows.append(words)
    return rows


def _array(place: _Place, column: _Column, rows: Sequence[Sequence[str]]) -> Any:
    """The values (n,) of a single column, otherwise (n, columns)."""
    words = [word for row in rows for word in row[column.first : column.first + column.n]]
    if column.kind == "R":
        array = _reals(place, column, words)
    elif column.kind == "S":
        array = np.array(words)
    else:
        known = LOGICAL if column.kind == "L" else None
        values = [known.get(word) if known else _integer(word) for word in words]
        if None in values:
            _fail_in(place, column, words, values.index(None))
        array = np.array(values)
    return array if column.n == 1 else array.reshape(len(rows), column.n)


def _reals(place: _Place, column: _Column, words: list[str]) -> Any:
    try:
        return np.array(numbers(words))
    except ValueError:
        _fail_in(place, column, words, [is_number(word) for word in words].index(False))


def _integer(word: str) -> int | None:
    sign, digits = (-1, word[1:]) if word[:1] == "-" else (1, word.removeprefix("+"))
    value = whole(digits)
    return None if value is None else sign * value


def _fail_in(place: _Place, column: _Column, words: Sequence[str], number: int) -> NoReturn:
    place.fail(
        f"expected {TYPES[column.kind]} in {column.name} of atom {number // column.n}, got "
        f"{shortened(words[number])}; correct or remove the frame",
        atom=number // column.n,
    )


def _atomic_numbers(place: _Place, arrays: dict[str, Any]) -> Any:
    """Take the atomic numbers out of the columns: ``Z`` where it is there, otherwise from the symbols."""
    symbols, found = arrays.pop("symbols", None), arrays.pop("numbers", None)
    if found is not None:
        _require_atomic_numbers(place, found.tolist(), None if symbols is None else symbols.tolist())
        return found
    known = {word: atomic_numbers.get(word.capitalize(), 0) for word in set(symbols.tolist())}
    for atom, word in enumerate(symbols.tolist()):
        if known[word] == 0:
            place.fail(
                f"expected the symbol of an element for atom {atom}, got {shortened(word)}; say which "
                f"element it is",
                UnknownElementError,
                atom,
            )
    return np.array([known[word] for word in symbols.tolist()])


def _require_atomic_numbers(place: _Place, found: list[int], symbols: list[str] | None) -> None:
    """Refuse what is no element, and the symbol of another one; other words beside it are labels."""
    for atom, z in enumerate(found):
        if not 0 < z < len(chemical_symbols):
            place.fail(
                f"expected an atomic number from 1 to {len(chemical_symbols) - 1} for atom {atom}, "
                f"got {z}; correct or remove the frame",
                UnknownElementError,
                atom,
            )
        if symbols is not None and atomic_numbers.get(symbols[atom], z) not in (0, z):
            place.fail(
                f"atom {atom} is {shortened(symbols[atom])} and has the atomic number {z}, that of "
                f"{chemical_symbols[z]}; correct one of the two",
                UnknownElementError,
                atom,
            )


def _require_whole_end(place: _Place, rows: Sequence[Sequence[str]]) -> None:
    """Refuse a last word without line end that looks cut.

    A number does that has fewer digits than the one above (without any above, than the one before it), and a
    text that is the start of another.
    """
    *others, last = rows
    word = last[-1]
    if is_number(word):
        above = others[-1][-1] if others else last[-2]
        cut = is_number(above) and n_digits(word) < n_digits(above)
    else:
        ends = {row[-1] for row in others}
        cut = word not in ends and any(other.startswith(word) for other in ends)
    if cut:
        place.fail(
            f"the last line has no line end, and {shortened(word)} at its end is shorter than what stands "
            f"above or before it; the file is cut short (if it is whole, add the line end)"
        )
