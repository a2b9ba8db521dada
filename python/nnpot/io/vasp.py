"""What ASE's readers of VASP do not see: steps that did not converge, rows that are missing, a cut end."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, iterparse

from nnpot.errors import FileFormatError
from nnpot.io.labels import symmetric
from nnpot.io.text_lines import opened, text_lines

VASP = ("vasp-xml", "vasp-out")  # ASE's names of vasprun.xml and OUTCAR
N_NAMED = 6  # frames that a warning names

XML = re.compile(r'<calculation\b|<scstep\b|name="NELM"\s*>\s*(?P<limit>\d+)')
OUTCAR = re.compile(r"^\s*NELM\s*=\s*(?P<limit>\d+)|Iteration\s+(?P<step>\d+)\(\s*\d+\)|EDIFF is reached")


def warn_of_unconverged(path: Path, kind: str, n_frames: int) -> None:
    """Name the frames of a file that took as many electronic steps as VASP was allowed to take.

    ``kind``: one of `VASP`. ``n_frames``: how many frames it has; steps after them are not complete.
    """
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
