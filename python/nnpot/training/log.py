"""The log of a run: log.csv, one line per epoch."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from nnpot.support.files import atomic_write
from nnpot.training.checkpoint import COLUMNS


class Log:
    """Writes the rows of `COLUMNS`, behind each the mean charges of the elements, where there are any."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def add(self, row: Sequence[float]) -> None:
        """Add the line of one epoch; it is on its way to the disk when this returns."""
        self._stream.write(_line(row))
        self._stream.flush()


@contextmanager
def open_log(path: Path, history: Sequence[Sequence[float]], charged: Sequence[str] = ()) -> Iterator[Log]:
    """A log that begins with the epochs already done; what was written beyond a checkpoint is forgotten.

    Parameters
    ----------
    path
        The file.
    history
        The rows of the epochs done.
    charged
        The elements whose charges are part of the model: a column ``charge_ELEMENT`` for each.
    """
    with atomic_write(path) as stream:
        stream.write(",".join((*COLUMNS, *(f"charge_{element}" for element in charged))) + "\n")
        stream.writelines(map(_line, history))
    with open(path, "a", encoding="utf-8") as stream:
        yield Log(stream)


def _line(row: Sequence[float]) -> str:
    epoch, *values = row
    return (
        ",".join([f"{epoch:.0f}", *("" if math.isnan(value) else f"{value:.6g}" for value in values)]) + "\n"
    )
