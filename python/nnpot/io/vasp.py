"""Steps of VASP whose electrons did not converge; VASP writes their energies and forces like any others."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from pathlib import Path

from nnpot.io.text_lines import text_lines

VASP = ("vasp-xml", "vasp-out")
"""ASE's names of vasprun.xml and OUTCAR."""
N_NAMED = 6
"""Frames that a warning names."""

XML = re.compile(r'<calculation\b|<scstep\b|name="NELM"\s*>\s*(?P<limit>\d+)')
OUTCAR = re.compile(r"^\s*NELM\s*=\s*(?P<limit>\d+)|Iteration\s+(?P<step>\d+)\(\s*\d+\)|EDIFF is reached")


def warn_of_unconverged(path: Path, kind: str, n_frames: int) -> None:
    """Name the frames of a file that took as many electronic steps as VASP was allowed to take.

    Parameters
    ----------
    path
        The file.
    kind
        One of `VASP`.
    n_frames
        How many frames it has; steps after them are not complete.
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
