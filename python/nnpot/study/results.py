"""What a study has found: on the terminal, in summary.json and in report.html."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from rich.table import Table
from rich.text import Text

from nnpot.analysis.statistical_error import Estimate
from nnpot.figures.report import Report
from nnpot.study.bars import HEADER, MET, MISSED, SHOWN, WITHIN_ERROR, Bar, conclusion
from nnpot.study.stages import read_log
from nnpot.support.files import atomic_write
from nnpot.support.terminal import plain_console

COLORS = {MET: "green", WITHIN_ERROR: "yellow", MISSED: "bold red", SHOWN: "default"}
Figure = Estimate | float | str | None


def text_of(value: Figure, pattern: str = ".4f") -> str:
    """A figure as text, with its error where it has one; an empty text for None."""
    if isinstance(value, Estimate):
        return value.text(pattern)
    return "" if value is None else value if isinstance(value, str) else format(value, pattern)


def rows_of(
    sides: Iterable[Any], *quantities: tuple[str, str, Callable[[Any], Figure]]
) -> list[tuple[str, ...]]:
    """Rows of a table: one for each quantity (title, format, function of a side), a column for each side."""
    sides = list(sides)
    return [
        (title, *(text_of(figure(side), pattern) for side in sides)) for title, pattern, figure in quantities
    ]


@dataclass(frozen=True)
class Results:
    """The outcome of a study, ready to be shown and written.

    Parameters
    ----------
    title
        Heading of the report.
    bars
        What was asked for.
    table
        What the terminal shows first: a title, headers, rows.
    summary
        All figures, for summary.json; the bars are added.
    sections
        Adds to the report what comes after its text and the table of the bars.
    text
        The first paragraph of the report.
    what
        What the conclusion is about.
    note
        A line before the conclusion.
    times
        Seconds of each stage; they are named in the report, and their sum is the note where there is none.
    """

    title: str
    bars: Sequence[Bar]
    table: tuple[str, Sequence[str], Sequence[Sequence[str]]]
    summary: Mapping[str, Any]
    sections: Callable[[Report], None]
    text: str = ""
    what: str = "The potential"
    note: str = ""
    times: Mapping[str, float] = field(default_factory=dict)

    def write(self, output: Path) -> Path:
        """Write summary.json, and report.html with its pictures; gives the latter."""
        figures = {**self.summary, "bars": [bar.summary for bar in self.bars]}
        figures |= {"seconds": dict(self.times)} if self.times else {}
        write_json(output / "summary.json", figures)
        report = Report(self.title)
        times = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in self.times.items())
        report.text(self.text + (f" Time: {times}." if times else ""))
        report.table(HEADER, [bar.row for bar in self.bars])
        self.sections(report)
        return report.write(output)

    def show(self, output: Path) -> bool:
        """Print the table, the bars, the note and the conclusion; True if no bar is missed beyond chance."""
        console = plain_console(120)
        title, headers, rows = self.table
        shown = Table(headers[0], title=f"\n{title}")
        for header in headers[1:]:
            shown.add_column(header, justify="right")
        for row in rows:
            shown.add_row(*row)
        console.print(shown)
        console.print(_table_of_bars(self.bars))
        note = self.note or (f"{sum(self.times.values()) / 60.0:.1f} minutes." if self.times else "")
        if note:
            console.print(note, highlight=False, soft_wrap=True)
        end = f"{conclusion(self.bars, self.what)}; the report is {output / 'report.html'}."
        console.print(end, highlight=False, soft_wrap=True)
        return all(bar.passed for bar in self.bars)


def add_learning_curves(report: Report, log: Path) -> None:
    """Add a heading and the learning curves of a training to a report; ``log`` is its log.csv."""
    report.heading("Training")
    columns = read_log(log)
    best = int(columns["epoch"][np.nanargmin(columns["validation_loss"])])
    report.learning_curves(columns, [best])


def write_json(file: Path, values: object) -> None:
    """Write values as JSON, all or nothing."""
    with atomic_write(file) as stream:
        json.dump(values, stream, indent=2, ensure_ascii=False)
        stream.write("\n")


def _table_of_bars(bars: Sequence[Bar]) -> Table:
    table = Table(HEADER[0])
    for column in HEADER[1:]:
        table.add_column(column, justify="right" if column in HEADER[1:3] else "left")
    for bar in bars:
        *cells, verdict = bar.row
        table.add_row(*cells, Text(verdict, COLORS[bar.verdict]))
    return table
