"""Tables of benchmarks, and how their numbers are written."""

from __future__ import annotations

from dataclasses import dataclass

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table as RichTable

from nnpot.benchmark.summary import Spread
from nnpot.support.terminal import plain_console

WIDTH = 200  # columns of the widest table
NOTHING = "–"


@dataclass(frozen=True)
class Table:
    """Cells with headings."""

    headers: list[str]
    groups: list[list[list[str]]]  # rows that belong together stand together

    @property
    def rows(self) -> list[list[str]]:
        """Of all groups."""
        return [row for rows in self.groups for row in rows]

    def rich(self) -> RichTable:
        """For the terminal."""
        table = RichTable(box=SIMPLE, pad_edge=False)
        for header in self.headers:
            table.add_column(header, justify="right" if table.columns else "left", no_wrap=True)
        for rows in self.groups:
            table.add_section()
            for cells in rows:
                table.add_row(*cells)
        return table


def wide_console() -> Console:
    """A narrow terminal breaks lines, but nothing is cut off."""
    console = plain_console()
    console.width = max(console.width, WIDTH)
    return console


def number(value: float) -> str:
    """With three digits."""
    if value < 0.001:
        return "< 0.001"
    return f"{value:.3g}" if value < 100.0 else f"{value:.0f}"


def spread(found: Spread | None) -> str:
    """Median and range."""
    if found is None:
        return NOTHING
    if found.high < 0.001:
        return number(found.high)
    return f"{number(found.median)} [{number(found.low)}–{number(found.high)}]"
