"""Tables of benchmarks, and how their numbers are written."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table as RichTable

from nnpot.benchmark.summary import Spread
from nnpot.figures.page import Page
from nnpot.support.files import atomic_write
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
        """The rows of all groups."""
        return [row for rows in self.groups for row in rows]

    def rich(self) -> RichTable:
        """The table for a terminal."""
        table = RichTable(box=SIMPLE, pad_edge=False)
        for header in self.headers:
            table.add_column(header, justify="right" if table.columns else "left", no_wrap=True)
        for rows in self.groups:
            table.add_section()
            for cells in rows:
                table.add_row(*cells)
        return table


def wide_console() -> Console:
    """A console that cuts nothing off: a narrow terminal breaks lines."""
    console = plain_console()
    console.width = max(console.width, WIDTH)
    return console


def show(tables: Iterable[Table], notes: Iterable[str]) -> None:
    """Print tables and, below them, notes."""
    console = wide_console()
    for table in tables:
        console.print(table.rich())
    for line in notes:
        console.print(line, soft_wrap=True, highlight=False)


def add_tables(page: Page, tables: Iterable[Table]) -> None:
    """Add tables to a page."""
    for table in tables:
        page.table(table.headers, table.rows)


def write_content(path: Path, content: dict[str, Any], indent: int) -> None:
    """Write values as JSON."""
    with atomic_write(path) as stream:
        json.dump(content, stream, indent=indent, ensure_ascii=False)
        stream.write("\n")


def write_lines(path: Path, headers: Sequence[str], lines: Iterable[Sequence[object]]) -> None:
    """Write CSV, numbers with six digits."""
    with atomic_write(path) as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(headers)
        for line in lines:
            writer.writerow(f"{value:.6g}" if isinstance(value, float) else value for value in line)


def number(value: float) -> str:
    """A number with three digits."""
    if value < 0.001:
        return "< 0.001"
    return f"{value:.3g}" if value < 100.0 else f"{value:.0f}"


def spread(found: Spread | None) -> str:
    """A median and its range."""
    if found is None:
        return NOTHING
    if found.high < 0.001:
        return number(found.high)
    return f"{number(found.median)} [{number(found.low)}–{number(found.high)}]"
