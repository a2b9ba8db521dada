"""Feature files: frames of which only features of the atoms and the energy are known, as text.

Per frame a line with the number of atoms, a line ``Z f1 f2 ...`` for each atom, and a line with the energy
(eV). All atoms of an element have the same number of features, in the whole file. Blank lines, Windows line
ends and lines that begin with ``#`` or ``!`` are accepted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator
from ase.data import chemical_symbols

from nnpot.errors import FileFormatError, InvalidInputError, UnknownElementError
from nnpot.io.labels import require_labels, results_of
from nnpot.io.numerals import first_that_is_none, numbers, whole
from nnpot.io.text_lines import TextLines, plain_name, text_lines
from nnpot.support.arrays import Array
from nnpot.support.files import FileName, atomic_text
from nnpot.support.messages import shortened

Line = tuple[int, list[str]]  # number in the file, counted from 1, and words
FEATURES = "features"
"""The array of a frame that holds them, (n_atoms, F); NaN where an element has fewer than F."""
SUFFIX = ".features"


def is_feature_file(path: FileName) -> bool:
    """Whether a file is one by its name: ``.features``, compressed or not."""
    return plain_name(path).suffix == SUFFIX


def has_features(frame: Atoms) -> bool:
    """Whether a frame has features instead of positions, as those of feature files do."""
    return FEATURES in frame.arrays and not frame.positions.any()


def features_of(frame: Atoms) -> Array:
    """Features (n_atoms, F) of a frame that has them; ASE gives a single one per atom as (n_atoms,)."""
    found: Array = frame.arrays[FEATURES]
    return found[:, None] if found.ndim == 1 else found


def n_features(frames: Sequence[Atoms], where: str = "frames") -> dict[str, int]:
    """How many features the atoms of each element have, by atomic number.

    Raises `InvalidInputError`, naming the first frame (counted from 0) without features, with an atom without
    any or with more or fewer than others of its element, or with one that is not finite.
    """
    counts: dict[int, int] = {}
    for number, frame in enumerate(frames):
        place = f"{where}: frame {number} (counted from 0)"
        if FEATURES not in frame.arrays:
            raise InvalidInputError(f"{place} has no features; give frames of a feature file")
        features = features_of(frame)
        known = np.isfinite(features)
        found = known.sum(axis=1)
        for atom, (z, count) in enumerate(zip(frame.numbers.tolist(), found.tolist(), strict=True)):
            expected = counts.setdefault(z, count)
            if count != expected or not count or not known[atom, :count].all():
                raise InvalidInputError(
                    f"{place}: atom {atom} ({chemical_symbols[z]}) must have {expected or 'some'} finite "
                    f"features as others of its element, got {features[atom].tolist()}"
                )
    return {chemical_symbols[z]: counts[z] for z in sorted(counts)}


@dataclass
class _Frame:
    """What the lines of one frame say."""

    head: int  # the line of its number of atoms
    numbers: list[int] = field(default_factory=list)
    rows: list[list[float]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)  # the line of each atom


def _lines(lines: TextLines) -> Iterator[Line]:
    for line in lines:
        words = line.split()
        if words and words[0][0] not in "#!":
            yield lines.number, words


def read_feature_file(path: FileName) -> list[Atoms]:
    """Read all frames of a feature file; no digit is lost.

    Parameters
    ----------
    path
        The file, which may be compressed (``.gz``).

    Returns
    -------
    list of ase.Atoms
        At least one, without cell and with all positions 0. Features in ``arrays["features"]``, shape
        (n_atoms, F), F the largest number of any element in the file, NaN where an element has fewer; the
        energy (eV) in a ``SinglePointCalculator``.

    Raises
    ------
    FileFormatError, UnknownElementError
        With file and line, what was expected, what came, and what to do.
    """
    widths: dict[int, tuple[int, int]] = {}
    energies: list[str] = []
    with text_lines(path) as lines:
        said = _lines(lines)
        found = [_read_frame(path, head, said, widths, energies) for head in said]
    if not found:
        raise FileFormatError(f"{path}: the file is empty; expected frames that begin with a number of atoms")
    _require_whole_end(path, lines, energies)
    width = max(count for count, _ in widths.values())
    return [feature_frame(numbers, _widened(values, width), energy) for numbers, values, energy in found]


def _read_frame(
    path: FileName, head: Line, lines: Iterator[Line], widths: dict[int, tuple[int, int]], energies: list[str]
) -> tuple[list[int], Array, float]:
    """Atomic numbers, features and energy of the frame that begins with ``head``.

    ``widths``: per Z the number of features, and a line that has it. The energy's text is added to
    ``energies``.
    """
    number, words = head
    n_atoms = whole(words[0])
    if len(words) != 1 or n_atoms is None or n_atoms < 1:
        raise FileFormatError(
            f"{path}:{number}: expected the number of atoms of a frame, a whole number above 0, got "
            f"{_shown(words)}; correct the line, or the number of atoms of the frame before"
        )
    frame = _Frame(number)
    for atom in range(1, n_atoms + 1):
        line = _next(path, lines, f"atom {atom} of the {n_atoms} that line {number} announces")
        _take_atom(path, frame, line, widths, f"atom {atom} of the {n_atoms} that line {number} announces")
    last, words = _next(path, lines, f"the energy of the frame of line {number}")
    if len(words) != 1:
        raise FileFormatError(
            f"{path}:{last}: expected the energy after the {n_atoms} atoms that line {number} announces, one "
            f"number, got {_shown(words)}; correct the number of atoms in line {number}"
        )
    energy = _numbers(path, last, words)[0]
    if not np.isfinite(energy):
        raise FileFormatError(
            f"{path}:{last}: expected a finite energy, got {shortened(words[0])}; correct or remove the frame"
        )
    energies.append(words[0])
    return frame.numbers, _table(path, frame), energy


def _take_atom(
    path: FileName, frame: _Frame, line: Line, widths: dict[int, tuple[int, int]], expected: str
) -> None:
    number, words = line
    if len(words) < 2:
        raise FileFormatError(
            f"{path}:{number}: expected {expected}, 'Z f1 f2 ...', got {_shown(words)}; correct the number "
            f"of atoms in line {frame.head} or add the missing"
        )
    z = whole(words[0])
    if z is None or not 0 < z < len(chemical_symbols):
        raise UnknownElementError(
            f"{path}:{number}: expected an atomic number from 1 to {len(chemical_symbols) - 1} before the "
            f"features, got {shortened(words[0])}; correct the line"
        )
    count, first = widths.setdefault(z, (len(words) - 1, number))
    if len(words) - 1 != count:
        raise FileFormatError(
            f"{path}:{number}: expected {count} features for {chemical_symbols[z]}, as in line {first}, got "
            f"{len(words) - 1}; all atoms of an element need the same number"
        )
    frame.numbers.append(z)
    frame.rows.append(_numbers(path, number, words[1:]))
    frame.lines.append(number)


def _next(path: FileName, lines: Iterator[Line], expected: str) -> Line:
    line = next(lines, None)
    if line is None:
        raise FileFormatError(f"{path}: expected {expected}, got the end of the file; it is cut short")
    return line


def _numbers(path: FileName, line: int, words: list[str]) -> list[float]:
    try:
        return numbers(words)
    except ValueError:
        bad = first_that_is_none(words)
        raise FileFormatError(f"{path}:{line}: expected a number, got {bad}; correct the line") from None


def _shown(words: Sequence[str]) -> str:
    few = shortened(" ".join(words[:4]))
    return few if len(words) <= 4 else f"{len(words)} words ({few} ...)"


def _require_whole_end(path: FileName, lines: TextLines, energies: Sequence[str]) -> None:
    """An energy without line end may be cut: it is then shorter than all others, or lacks their point."""
    *others, last = energies
    if lines.whole or lines.last.strip() != last or not others:
        return
    shorter = len(last) < min(map(len, others))
    if not shorter and ("." in last or not any("." in other for other in others)):
        return
    raise FileFormatError(
        f"{path}:{lines.number}: expected a line end, or as many digits as other energies have, got '{last}' "
        f"at the end of the file; the file is cut short, or end it with a line end"
    )


def _table(path: FileName, found: _Frame) -> Array:
    """The features (n, F) of a frame, NaN behind the features of elements that have fewer."""
    sizes = np.array([len(row) for row in found.rows])
    values = np.full((len(sizes), sizes.max()), np.nan)
    for place, row in zip(values, found.rows, strict=True):
        place[: len(row)] = row
    bad = np.argwhere(~np.isfinite(values) & (np.arange(values.shape[1]) < sizes[:, None]))
    if len(bad):
        atom, feature = bad[0].tolist()
        raise FileFormatError(
            f"{path}:{found.lines[atom]}: expected finite features, got {values[atom, feature]} for feature "
            f"{feature + 1}; correct or remove the frame"
        )
    return values


def _widened(values: Array, width: int) -> Array:
    return np.pad(values, ((0, 0), (0, width - values.shape[1])), constant_values=np.nan)


def feature_frame(numbers: Sequence[int], features: Array, energy: float | None = None) -> Atoms:
    """A frame of atomic numbers (n,), features (n, F), NaN behind fewer, and an energy (eV); no positions."""
    frame = Atoms(numbers=numbers, positions=np.zeros((len(numbers), 3)))
    frame.arrays[FEATURES] = features
    if energy is not None:
        frame.calc = SinglePointCalculator(frame, energy=energy)
    return frame


def write_feature_file(
    path: FileName, frames: Sequence[Atoms], counts: Mapping[str, int] | None = None
) -> None:
    """Write frames as a feature file, whole or not at all; no digit is lost.

    Parameters
    ----------
    path
        The file; compressed where its name ends in ``.gz``.
    frames
        With ``arrays["features"]`` as `read_feature_file` gives it, and an energy (eV). Positions, cell and
        all else have no place in this format and are left out.
    counts
        Per symbol the number of features; None to find it (`n_features`).

    Raises
    ------
    InvalidInputError
        If a frame has no features or no energy, or one that is not finite.
    """
    require_labels(frames, forces=False, where=f"frames to write as {path}")
    counts = n_features(frames, f"frames to write as {path}") if counts is None else counts
    with atomic_text(path) as stream:
        for frame in frames:
            stream.write(f"{len(frame)}\n")
            rows = zip(frame.symbols, frame.numbers.tolist(), features_of(frame).tolist(), strict=True)
            for symbol, z, values in rows:
                stream.write(f"{z} {' '.join(map(repr, values[: counts[symbol]]))}\n")
            stream.write(f"{float(results_of(frame)['energy'])!r}\n")
