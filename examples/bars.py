"""What an example asks of its potential, and how it says whether it got it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Bar:
    """A figure that should not be above its limit, or with ``at_least`` not below it."""

    name: str
    value: float
    limit: float
    unit: str
    at_least: bool = False

    @property
    def passed(self) -> bool:
        """Whether it is not; NaN is a failure."""
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    @property
    def asked(self) -> str:
        """The limit and on which side of it to be."""
        return f"{'≥' if self.at_least else '≤'} {self.limit:g}"


def bars_table(bars: Sequence[Bar]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Header and rows for a report."""
    rows = [(b.name, f"{b.value:.3g}", b.asked, b.unit, "✓" if b.passed else "✗") for b in bars]
    return ("What was asked for", "found", "limit", "unit", ""), rows


def print_bars(results: Table, bars: Sequence[Bar], last_line: str) -> bool:
    """Print a table of results, the bars, and a last line; whether every bar is met."""
    console = Console()
    if not console.is_terminal:
        console.width = 110
    console.print(results)
    table = Table("What was asked for")
    for column in ("found", "limit", "", ""):
        table.add_column(column, justify="left" if column == "" else "right")
    for bar in bars:
        mark = "[green]✓[/]" if bar.passed else "[bold red]✗ missed[/]"
        table.add_row(bar.name, f"{bar.value:.3g}", bar.asked, bar.unit, mark)
    console.print(table)
    console.print(last_line, highlight=False, soft_wrap=True)
    return all(bar.passed for bar in bars)
