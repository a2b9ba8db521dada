"""Values outside of the training data that LAMMPS's log tells of."""

from __future__ import annotations

import re
from pathlib import Path

from nnpot.errors import FileFormatError

SUMMARY = r"### NNP EW SUMMARY ### TS:\s+(\d+) EW\s+(\d+)"


def warnings_in_log(log: Path, after: int = 0, until: int | None = None) -> int:
    """Count the values outside of their ranges that ``pair_style hdnnp`` with ``showewsum`` logged.

    Only steps after the first and up to the second number count; both are those of a summary. Raises
    `FileFormatError` if there is no summary of these steps.
    """
    counts = [
        int(count)
        for step, count in re.findall(SUMMARY, Path(log).read_text(encoding="utf-8", errors="replace"))
        if int(step) > after and (until is None or int(step) <= until)
    ]
    if not counts:
        raise FileFormatError(
            f"{log}: expected summaries of extrapolation warnings after step {after}, found none; "
            "run with pair_style hdnnp ... showewsum N"
        )
    return sum(counts)
