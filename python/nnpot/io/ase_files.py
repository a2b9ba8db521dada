"""Frames of the formats that ASE reads, with limits where its readers trust a file: its end, its counts."""

from __future__ import annotations

import io
import json
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from ase import Atoms
from ase.io import iread
from ase.io.formats import ioformats

from nnpot.errors import FileFormatError, NnpotError
from nnpot.io.labels import require_elements, results_of
from nnpot.io.numerals import whole
from nnpot.io.source import RawFrame
from nnpot.io.text_lines import opened, text_lines
from nnpot.io.vasp import VASP, check_vasprun, warn_of_unconverged
from nnpot.support.messages import shortened

LONGEST_REASON = 200  # characters that are shown of an error of ASE
READS_BEHIND_THE_END = 1000
"""How often a reader may ask for a line behind the last: one that trusts a number of atoms asks for ever."""
MEMORY, MEMORY_PER_BYTE = 2**30, 256  # bytes that reading a file may take, and more for each byte of it
COUNTS = {"gen": 1, "gromacs": 2}
"""Formats whose readers pass over a wrong number of atoms: the line whose first word it is."""


def read_with_ase(path: Path, kind: str) -> list[RawFrame]:
    """Read all frames of a file.

    ``kind``: ASE's name of its format. Raises `FileFormatError` with file and frame, and why it cannot be
    read.
    """
    frames: list[RawFrame] = []
    try:
        with _limited_memory(MEMORY + MEMORY_PER_BYTE * path.stat().st_size), _source(path, kind) as source:
            for atoms in iread(source, index=":", format=kind):
                frames.append(_raw(atoms, f"{path}: frame {len(frames)} (counted from 0)"))
    except NnpotError:
        raise
    except Exception as error:  # ASE's readers raise whatever their parsing happens to raise
        reason = _reason(error)
        raise FileFormatError(
            f"{path}: frame {len(frames)} (counted from 0) cannot be read as {kind}: {reason}; "
            f"correct or remove it"
        ) from error
    if not frames:
        raise FileFormatError(f"{path}: expected at least one frame, got none")
    if kind == "json":
        _require_whole_numbers(path)
    if kind == "vasp-xml":
        check_vasprun(path, [len(frame.atoms) for frame in frames])
    if kind in COUNTS:
        _require_count(path, COUNTS[kind], len(frames[0].atoms))
    if kind in VASP:
        warn_of_unconverged(path, kind, len(frames))
    return frames


def _reason(error: Exception) -> str:
    if isinstance(error, MemoryError):
        return "it announces more than it holds"
    reason = " ".join(str(error).split())
    if not reason:
        return f"{type(error).__name__} without a reason, an entry that ASE does not know"
    return shortened(f"{type(error).__name__}: {reason}", LONGEST_REASON, quoted=False)


class _EndingText(io.TextIOWrapper):
    """A text file that ends the patience of a reader which does not see its end."""

    behind_the_end = 0

    def readline(self, *size: Any) -> str:  # type: ignore[override]  # of the two bases one reads bytes
        line = super().readline(*size)
        self.behind_the_end = 0 if line else self.behind_the_end + 1
        if self.behind_the_end > READS_BEHIND_THE_END:
            raise EOFError("the file ends before what it announces")
        return line


@contextmanager
def _source(path: Path, kind: str) -> Iterator[str | IO[str]]:
    """What ASE's reader gets: a stream where it takes one of text, otherwise the name."""
    form = ioformats[kind]
    if not form.acceptsfd or form.isbinary:
        yield str(path)
        return
    with _EndingText(opened(path), encoding=form.encoding) as stream:
        yield stream


@contextmanager
def _limited_memory(n_bytes: int) -> Iterator[None]:
    """Let this process take so much more memory, and no more, for the time of the block."""
    with open("/proc/self/statm") as file:
        used = int(file.read().split()[0]) * resource.getpagesize()
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    limits = [limit for limit in (soft, hard) if limit != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_AS, (min([used + n_bytes, *limits]), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _require_count(path: Path, line_number: int, found: int) -> None:
    with text_lines(path) as lines:
        words = next((line.split() for line in lines if lines.number == line_number), [])
    announced = whole(words[0]) if words else None
    if announced is not None and announced != found:
        raise FileFormatError(
            f"{path}:{line_number}: expected {announced} atoms, as this line says, got {found}; the file is "
            f"cut short, or correct the number"
        )


def _require_whole_numbers(path: Path) -> None:
    """Refuse atomic numbers with a fraction in ASE's JSON, which ASE would cut to the element below."""
    with opened(path) as stream:
        content = json.load(stream)
    rows = [row for row in content.values() if isinstance(row, dict)] if isinstance(content, dict) else []
    for row, values in enumerate(entry.get("numbers", ()) for entry in rows):
        wrong = next((z for z in _leaves(values) if isinstance(z, float) and not z.is_integer()), None)
        if wrong is not None:
            raise FileFormatError(
                f"{path}: frame {row} (counted from 0): expected whole numbers for elements, got {wrong}; "
                f"correct or remove it"
            )


def _leaves(values: Any) -> Iterator[Any]:
    if isinstance(values, dict):
        values = list(values.values())
    if not isinstance(values, list):
        yield values
        return
    for value in values:
        yield from _leaves(value)


def _raw(atoms: Atoms, where: str) -> RawFrame:
    if len(atoms) == 0:
        raise FileFormatError(f"{where} has no atoms")
    require_elements(atoms, where)
    results = results_of(atoms)
    atoms.calc = None
    atoms.set_constraint()  # they belong to dynamics; ASE would set the forces of fixed atoms to zero
    return RawFrame(atoms, results)
