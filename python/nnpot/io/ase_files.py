"""Frames of the formats that ASE reads, with limits where its readers trust a file; VASP's with more."""

from __future__ import annotations

import io
import json
import re
import resource
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from xml.etree.ElementTree import Element, ParseError, iterparse

from ase import Atoms
from ase.io import iread
from ase.io.formats import ioformats

from nnpot.errors import FileFormatError, NnpotError
from nnpot.io.labels import require_elements, results_of, symmetric
from nnpot.io.numerals import whole
from nnpot.io.source import RawFrame
from nnpot.io.text_lines import opened, text_lines
from nnpot.support.messages import shortened

VASP = ("vasp-xml", "vasp-out")  # ASE's names of vasprun.xml and OUTCAR
N_NAMED = 6  # frames that a warning names
XML = re.compile(r'<calculation\b|<scstep\b|name="NELM"\s*>\s*(?P<limit>\d+)')
OUTCAR = re.compile(r"^\s*NELM\s*=\s*(?P<limit>\d+)|Iteration\s+(?P<step>\d+)\(\s*\d+\)|EDIFF is reached")


def warn_of_unconverged(path: Path, kind: str, n_frames: int) -> None:
    """Name those of the whole frames that took as many electronic steps as VASP was allowed to take."""
    frames = [frame for frame in (_of_xml if kind == "vasp-xml" else _of_outcar)(path) if frame < n_frames]
    if frames:
        more = f" and {len(frames) - N_NAMED} more" if len(frames) > N_NAMED else ""
        warnings.warn(
            f"{path}: not converged, as many electronic steps as NELM allows in {len(frames)} frame(s): "
            f"{', '.join(map(str, frames[:N_NAMED]))}{more} (counted from 0); remove them, or calculate them "
            f"again with a larger NELM",
            stacklevel=4,
        )


def check_vasprun(path: Path, n_atoms: Sequence[int]) -> None:
    """Refuse a vasprun.xml with rows that are missing, for which ASE takes 0, and say where it is cut short.

    ``n_atoms``: of each frame that was read from it. Raises `FileFormatError` or `InvalidInputError` if
    positions, forces, cell or stress lack a row, or the stress is not symmetric.
    """
    n_whole, step = 0, None
    with opened(path) as stream:
        try:
            for event, element in iterparse(stream, ["start", "end"]):
                if element.tag != "calculation":
                    continue
                step = element
                if event == "end":
                    _check_step(step, n_atoms[n_whole], f"{path}: frame {n_whole} (counted from 0)")
                    n_whole, step = n_whole + 1, None
                    element.clear()
        except ParseError as error:
            if step is not None and n_whole < len(n_atoms):
                _check_step(step, n_atoms[n_whole], f"{path}: frame {n_whole} (counted from 0)")
            warnings.warn(
                f"{path}: the file is cut short or damaged in line {error.position[0]}; {n_whole} step(s) "
                f"of it are whole, {len(n_atoms)} frame(s) are read",
                stacklevel=4,
            )


def _check_step(step: Element, n_atoms: int, where: str) -> None:
    for name, n_rows in (("basis", 3), ("positions", n_atoms), ("forces", n_atoms), ("stress", 3)):
        table = next((found for found in step.iter("varray") if found.get("name") == name), None)
        if table is None:
            continue
        rows = [(row.text or "").split() for row in table]
        if len(rows) != n_rows or any(len(row) != 3 for row in rows):
            raise FileFormatError(
                f"{where}: expected {n_rows} rows of 3 numbers in {name}, got {len(rows)} with "
                f"{sum(map(len, rows))} numbers; the file is damaged, copy it again or remove the frame"
            )
        if name == "stress":
            symmetric([float(word) for row in rows for word in row], f"{where}: stress")


def _of_xml(path: Path) -> list[int]:
    limit, steps = 0, []
    for found in _matches(path, XML):
        if found["limit"] is not None:
            limit = int(found["limit"])
        elif found[0].startswith("<calculation"):
            steps.append(0)
        elif steps:
            steps[-1] += 1
    return [frame for frame, n in enumerate(steps) if limit and n >= limit]


def _of_outcar(path: Path) -> list[int]:
    limit = 0
    steps: dict[str, int] = {}
    converged: set[str] = set()
    step = ""
    for found in _matches(path, OUTCAR):
        if found["limit"] is not None:
            limit = int(found["limit"])
        elif found["step"] is not None:
            step = found["step"]
            steps[step] = steps.get(step, 0) + 1
        else:
            converged.add(step)
    unconverged = [limit > 0 and n >= limit and step not in converged for step, n in steps.items()]
    return [frame for frame, is_one in enumerate(unconverged) if is_one]


def _matches(path: Path, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
    with text_lines(path) as lines:
        for line in lines:
            yield from pattern.finditer(line)


LONGEST_REASON = 200  # characters that are shown of an error of ASE
READS_BEHIND_THE_END = 1000
"""How often a reader may ask for a line behind the last: one that trusts a number of atoms asks for ever."""
MEMORY, MEMORY_PER_BYTE = 2**30, 256  # bytes that reading a file may take, and more for each byte of it
COUNTS = {"gen": 1, "gromacs": 2}
"""Formats whose readers pass over a wrong number of atoms: the line whose first word it is."""


def read_with_ase(path: Path, kind: str) -> list[RawFrame]:
    """Read all frames of a file of ASE's format ``kind``; `FileFormatError` says why one cannot be read."""
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
