"""Statistics of a database: energies and acceptance by width."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnpot.errors import InvalidInputError
from nnpot.lattice.database import Database
from nnpot.support.arrays import Array
from nnpot.support.terminal import plain_console, plain_table

LINES = 16  # more widths than this are thinned out in tables


@dataclass(frozen=True)
class WidthStatistics:
    """The energies of one width, and how readily moves were accepted in the last epochs."""

    width: float
    n_points: int
    energies: tuple[float, float, float]  # lowest, median, highest
    acceptance: tuple[float, float]  # mean and standard error, %; NaN where unknown


def known_energies(database: Database) -> Array:
    """The energies of a database that must have them."""
    if database.energies is None:
        raise InvalidInputError("the database has no energies; nnpot lattice energy computes them")
    return database.energies


def by_width(database: Database) -> list[WidthStatistics]:
    """One entry for each width, from narrow to wide."""
    energies = known_energies(database)
    widths = np.unique(database.widths)
    accepted = database.acceptance_of_points
    if accepted is None or len(accepted) != len(widths):
        accepted = np.full((len(widths), 2), np.nan)
    found = []
    for width, (mean, error) in zip(widths, 100.0 * accepted, strict=True):
        own = energies[database.widths == width]
        lowest, median, highest = (float(np.quantile(own, share)) for share in (0.0, 0.5, 1.0))
        found.append(
            WidthStatistics(float(width), len(own), (lowest, median, highest), (float(mean), float(error)))
        )
    return found


def thinned(statistics: list[WidthStatistics]) -> list[WidthStatistics]:
    """A few of many widths, the first and the last among them."""
    chosen = np.unique(np.linspace(0, len(statistics) - 1, LINES).round().astype(int))
    return [statistics[number] for number in chosen]


def rows(statistics: list[WidthStatistics]) -> list[tuple[str, ...]]:
    """The cells of a table with the headings of `HEADINGS`."""
    return [
        (
            f"{one.width:.3g}",
            f"{one.n_points}",
            *(f"{energy:.3f}" for energy in one.energies),
            "-" if np.isnan(one.acceptance[0]) else f"{one.acceptance[0]:.1f} ± {one.acceptance[1]:.1f}",
        )
        for one in statistics
    ]


HEADINGS = ("width (R_c)", "points", "lowest E (E_c)", "median", "highest", "accepted (%)")


def print_statistics(database: Database) -> None:
    """A table of the energies and the acceptance in the last ten epochs, by width."""
    plain_console(100).print(plain_table(HEADINGS, rows(thinned(by_width(database))), HEADINGS[:1]))
