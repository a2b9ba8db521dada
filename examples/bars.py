"""What an example asks of its potential, and how it says whether it got it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from nnpot.analysis.statistical_error import Estimate
from nnpot.support.terminal import plain_console

MET, WITHIN_ERROR, MISSED, SHOWN = "met", "missed within its error", "missed", "not judged"
"""Verdicts; the second is no failure: chance alone may have done it. The last is that of times."""
MARKS = {MET: "✓", WITHIN_ERROR: "≈", MISSED: "✗", SHOWN: "·"}
COLORS = {MET: "green", WITHIN_ERROR: "yellow", MISSED: "bold red", SHOWN: "default"}
ERRORS = 2.0
"""A figure is beyond chance when it is beyond its limit by more standard errors than this."""
HEADER = ("What was asked for", "found ± standard error", "limit", "unit", "")


@dataclass(frozen=True)
class Bar:
    """A figure that should not be above its limit, or with ``at_least`` not below it.

    ``error`` is its standard error: 0 where chance has no part in it, NaN where it is not known. A figure
    that is not ``judged`` is shown beside what was asked for, and neither met nor missed.
    """

    name: str
    value: float
    limit: float
    unit: str
    at_least: bool = False
    error: float = 0.0
    judged: bool = True

    @classmethod
    def time(cls, name: str, found: Estimate | float, limit: float, unit: str) -> Bar:
        """A time, or a ratio of times: shown and never judged, since a busy machine would miss it."""
        value, error = (found.value, found.error) if isinstance(found, Estimate) else (found, 0.0)
        return cls(name, float(value), limit, unit, error=float(error), judged=False)

    @classmethod
    def of(cls, name: str, found: Estimate, limit: float, unit: str, at_least: bool = False) -> Bar:
        """A bar for a figure with a statistical error."""
        return cls(name, float(found.value), limit, unit, at_least, float(found.error))

    @property
    def verdict(self) -> str:
        """Met, missed within its error, or missed; a figure that is no number is missed."""
        if not self.judged:
            return SHOWN
        if self._meets(self.value):
            return MET
        known = ERRORS * self.error if self.error > 0.0 else 0.0
        return WITHIN_ERROR if self._meets(self.value + (known if self.at_least else -known)) else MISSED

    @property
    def passed(self) -> bool:
        """Whether it is not missed beyond chance."""
        return self.verdict != MISSED

    def _meets(self, value: float) -> bool:
        return value >= self.limit if self.at_least else value <= self.limit

    @property
    def asked(self) -> str:
        """The limit and on which side of it to be."""
        return f"{'≥' if self.at_least else '≤'} {self.limit:g}"

    @property
    def found(self) -> str:
        """The figure, with its error where it has one."""
        return Estimate(self.value, self.error).text()

    @property
    def row(self) -> tuple[str, ...]:
        """Of a table."""
        return (self.name, self.found, self.asked, self.unit, f"{MARKS[self.verdict]} {self.verdict}")


def summary_of_bars(bars: Sequence[Bar]) -> list[dict[str, Any]]:
    """For summary.json; an error that is not known is null."""
    return [
        asdict(bar)
        | {
            "error": bar.error if bar.error >= 0.0 else None,
            "verdict": bar.verdict,
            "passed": bar.passed,
        }
        for bar in bars
    ]


def bars_table(bars: Sequence[Bar]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Header and rows for a report."""
    return HEADER, [bar.row for bar in bars]


def conclusion(bars: Sequence[Bar], what: str) -> str:
    """In words whether what was asked about is good: unless a bar is missed beyond chance."""
    missed, unsure = ([bar.name for bar in bars if bar.verdict == kind] for kind in (MISSED, WITHIN_ERROR))
    bars = [bar for bar in bars if bar.judged]
    if missed:
        verb = "is" if len(missed) == 1 else "are"
        return f"{what} is not good: {len(missed)} of {len(bars)} bars {verb} missed ({'; '.join(missed)})"
    if unsure:
        met = len(bars) - len(unsure)
        return (
            f"{what} is good: {met} of {len(bars)} bars are met, the others missed by no more than chance "
            f"({'; '.join(unsure)})"
        )
    return f"{what} is good: all {len(bars)} bars are met"


def print_bars(
    results: Table, bars: Sequence[Bar], report: Path, what: str = "The potential", note: str = ""
) -> bool:
    """Print a table of results, the bars, a note, and a sentence with the outcome.

    Gives whether no bar is missed beyond chance.
    """
    console = plain_console(120)
    console.print(results)
    table = Table(HEADER[0])
    for column in HEADER[1:]:
        table.add_column(column, justify="right" if column in HEADER[1:3] else "left")
    for bar in bars:
        *cells, verdict = bar.row
        table.add_row(*cells, Text(verdict, COLORS[bar.verdict]))
    console.print(table)
    if note:
        console.print(note, highlight=False, soft_wrap=True)
    console.print(f"{conclusion(bars, what)}; the report is {report}.", highlight=False, soft_wrap=True)
    return all(bar.passed for bar in bars)
