"""What symmetry functions do on a data set, and how much they cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nnpot.descriptors.selection import correlations, varying
from nnpot.support.arrays import Array


@dataclass(frozen=True)
class Row:
    """One function over the atoms of its element."""

    line: str  # as after ``symfunction_short``
    smallest: float
    largest: float
    mean: float
    sigma: float
    nearest: int | None  # index of the function that it correlates with most strongly
    correlation: float  # with that one


@dataclass(frozen=True)
class Summary:
    """The functions of one element."""

    element: str
    n_atoms: int
    rows: list[Row]
    values: Array  # (n_atoms, F), raw
    correlation: Array  # (F, F); 0 for functions that do not vary

    @property
    def lines(self) -> list[str]:
        """The functions as text."""
        return [row.line for row in self.rows]


def summarize(element: str, lines: Sequence[str], values: Array) -> Summary:
    """Range, mean, deviation and correlations.

    ``element``: symbol of the center. ``lines``: its functions as text, in the order of the columns.
    ``values``: raw values (n_atoms, F) of atoms of that element; n_atoms > 1.
    """
    varies = np.flatnonzero(varying(values))
    matrix = np.zeros((len(lines), len(lines)))
    matrix[np.ix_(varies, varies)] = correlations(values[:, varies])
    others = matrix - np.diag(np.diag(matrix))
    rows = []
    for number, line in enumerate(lines):
        column = values[:, number]
        nearest = int(np.abs(others[number]).argmax())
        facts = (column.min(), column.max(), column.mean(), column.std(ddof=1), others[number, nearest])
        low, high, mean, sigma, correlation = map(float, facts)
        rows.append(Row(line, low, high, mean, sigma, None if correlation == 0.0 else nearest, correlation))
    return Summary(element, len(values), rows, values, matrix)


def count_radial_parts(lines: Sequence[str]) -> int:
    """How many different radial parts the functions of one center have.

    Functions of the same neighbours, eta, r_shift and cutoff share the exponentials, which cost most; a
    further zeta or lambda costs little (docs: engine).
    """
    return len({_radial_part(line.split()) for line in lines})


def _radial_part(words: Sequence[str]) -> tuple[object, ...]:
    kind = words[1]
    if kind in ("3", "9"):
        neighbors, (eta, _, _, cutoff, shift, *_) = words[2:4], [*map(float, words[4:9]), 0.0]
        return (kind, *sorted(neighbors), eta, shift, cutoff)
    if kind == "13":
        eta, shift, _, _, cutoff = map(float, words[2:7])
        return (kind, eta, shift, cutoff)
    if kind in ("21", "22"):
        return (kind, *sorted(words[2:4]), *words[4:6], words[8])
    if kind in ("24", "25"):
        return (kind, *words[2:4], words[6])
    return tuple(words[1:])
